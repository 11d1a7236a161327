import keras
from keras import layers

keras.utils.set_random_seed(7)
base = keras.applications.MobileNetV3Small(include_top=False, pooling="avg")
base.trainable = False
inputs = keras.Input((224, 224, 3))
outputs = layers.Dense(10, activation="softmax")(base(inputs))
model = keras.Model(inputs, outputs)
callbacks = [
    keras.callbacks.ModelCheckpoint("best.keras", monitor="val_loss", save_best_only=True),
    keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=2),
    keras.callbacks.EarlyStopping(monitor="val_loss", patience=5),
]

# First the new layer alone, then everything with small steps.
model.compile(
    optimizer=keras.optimizers.Adam(1e-3), loss="sparse_categorical_crossentropy", metrics=["acc"]
)
model.fit(train_data, validation_data=val_data, epochs=5)
base.trainable = True
model.compile(
    optimizer=keras.optimizers.Adam(1e-5), loss="sparse_categorical_crossentropy", metrics=["acc"]
)
model.fit(
    train_data, validation_data=val_data, initial_epoch=5, epochs=20, callbacks=callbacks
)
