"""Mean average precision, by hand."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference_train import evaluate as evaluation
from reference_train.boxes import generalized_iou, keep_best, pairwise_iou
from reference_train.evaluate import Detections, Judged, area_under_curve, average_precision

SQUARE = [0.0, 0.0, 10.0, 10.0]
FAR = [20.0, 20.0, 30.0, 30.0]
THREE_FIFTHS = [0.0, 0.0, 10.0, 6.0]  # IoU 0.6 with the square


def scene(truth, found, loss=1.0):
    """Truth: (box, label) each; found: (box, label, score) each."""
    return Judged(
        Detections(
            torch.tensor([box for box, _, _ in found]).reshape(-1, 4),
            torch.tensor([label for _, label, _ in found], dtype=torch.int64),
            torch.tensor([score for _, _, score in found]),
        ),
        torch.tensor([box for box, _ in truth]).reshape(-1, 4),
        torch.tensor([label for _, label in truth], dtype=torch.int64),
        loss,
    )


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param([(SQUARE, 3, 0.9)], 1.0, id="right"),
        pytest.param([], 0.0, id="nothing found"),
        pytest.param([(SQUARE, 4, 0.9)], 0.0, id="wrong class"),
        pytest.param([(FAR, 3, 0.9)], 0.0, id="wrong place"),
        pytest.param([(SQUARE, 3, 0.9), (FAR, 3, 0.5)], 1.0, id="mistake ranked below"),
        pytest.param([(FAR, 3, 0.9), (SQUARE, 3, 0.5)], 0.5, id="mistake ranked above"),
        pytest.param([(SQUARE, 3, 0.9), (SQUARE, 3, 0.8)], 1.0, id="found twice, nothing lost"),
    ],
)
def test_one_digit(found, expected):
    found.sort(key=lambda detection: -detection[2])
    precision = average_precision([scene([(SQUARE, 3)], found)])
    assert precision[3, 0] == expected
    assert np.isnan(np.delete(precision, 3, axis=0)).all()


def test_finding_a_digit_twice_is_a_mistake():
    scenes = [
        scene([(SQUARE, 3)], [(SQUARE, 3, 0.9), (SQUARE, 3, 0.8)]),
        scene([(SQUARE, 3)], [(SQUARE, 3, 0.7)]),
    ]
    assert average_precision(scenes)[3, 0] == pytest.approx((1 + 2 / 3) / 2)


def test_thresholds():
    precision = average_precision([scene([(SQUARE, 0)], [(THREE_FIFTHS, 0, 0.9)])])
    assert precision[0].tolist() == [1, 1, 1, 0, 0, 0, 0, 0, 0, 0]  # 0.5, 0.55, 0.6


@given(st.lists(st.booleans(), min_size=1, max_size=30), st.integers(0, 5))
def test_area_against_its_definition(hits, missed):
    """The area is the mean, over the true boxes, of the best precision at that recall or more."""
    total = sum(hits) + missed
    if total == 0:
        return
    precisions = [sum(hits[: n + 1]) / (n + 1) for n in range(len(hits))]
    expected = sum(max(precisions[n:]) for n, hit in enumerate(hits) if hit) / total
    assert area_under_curve(np.array(hits), total) == pytest.approx(expected)


def test_a_repeated_scene_counts_once(monkeypatch):
    """Two processes share three scenes: the sampler gives the first one out twice."""
    good = scene([(SQUARE, 1)], [(SQUARE, 1, 0.9)], loss=1.0)
    bad = scene([(SQUARE, 1)], [], loss=4.0)
    shards = [{0: good, 2: bad}, {1: bad, 0: good}]
    monkeypatch.setattr(evaluation, "judge_scenes", lambda *_: shards[0])
    monkeypatch.setattr(evaluation, "gather_objects", lambda own: shards)
    metrics = evaluation.evaluate(None, [], torch.device("cpu"))
    assert metrics.val_loss == 3.0
    assert metrics.map50 == pytest.approx(1 / 3)


boxes = st.tuples(*[st.floats(0, 50), st.floats(0, 50), st.floats(1, 50), st.floats(1, 50)]).map(
    lambda box: [box[0], box[1], box[0] + box[2], box[1] + box[3]]
)


@given(boxes, boxes)
def test_overlaps(a, b):
    first, second = torch.tensor([a]), torch.tensor([b])
    iou = pairwise_iou(first, second).item()
    assert iou == pytest.approx(pairwise_iou(second, first).item(), abs=1e-5)
    assert 0 <= iou <= 1 + 1e-5
    assert -1 - 1e-5 <= generalized_iou(first, second).item() <= iou + 1e-5
    assert pairwise_iou(first, first).item() == pytest.approx(1, abs=1e-4)
    assert generalized_iou(first, first).item() == pytest.approx(1, abs=1e-4)


@given(st.lists(boxes, min_size=1, max_size=12))
def test_suppression(found):
    """What is kept does not overlap; what is not kept overlaps something better that is kept."""
    tensor = torch.tensor([found])
    keep = keep_best(tensor, 0.5)[0]
    overlaps = pairwise_iou(tensor[0], tensor[0]) > 0.5
    for row in range(len(found)):
        assert keep[row] == (not (overlaps[row, :row] & keep[:row]).any())
