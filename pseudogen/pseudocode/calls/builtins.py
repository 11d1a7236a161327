"""Python's own functions and the methods of its texts, lists and tables."""

TABLE = """
print               printed             items*
input               typed_in            [prompt]
open                opened_file+         file [mode]
sorted              in_order            items [key]
reversed            reversed_items+      items
enumerate           with_numbers        items [start]
zip                 side_by_side        items*
map                 applied_to_each     function items*
filter              fulfilling          function items
sum                 =sum                items [start]
max                 =max                items*
min                 =min                items*
abs                 =abs                x
round               rounded             x [digits]
pow                 =pow                x y
any                 any_holds?          items
all                 all_hold?           items
issubclass          is_kind_of?         x kind
hasattr             has_attribute?      x name
getattr             attribute_of        x name [default]
setattr             set_attribute       x name value
delattr             delete_attribute    x name
callable            is_callable?        x
int                 as_integer          x
float               as_number           x
complex             as_complex          x
str                 as_text             x
bool                as_truth            x
bytes               as_bytes            x
list                as_list             items
tuple               as_tuple            items
set                 as_set              items
frozenset           as_set              items
type                type_named+          x
id                  identity_of+         x
hash                hash_of+             x
repr                exact_text          x
iter                iterator_of         items
next                next_of             items [default]
vars                attributes_of+       x
dir                 names_in+            x
globals             global_variables+
locals              local_variables+
exec                run_code            code
eval                value_of_code       code
exit                end_program         [status]
quit                end_program         [status]
divmod              quotient_and_rest+   a b
format              formatted           value form
chr                 character           x
ord                 character_code      x

.append             append              it item
.extend             extend              it items
.insert             insert              it place item
.remove             remove              it item
.pop                removed             it [place] [default]
.clear              clear               it
.copy               copy_of+             it
.items              entries_of+          it
.keys               keys_of+             it
.values             values_of+           it
.get                looked_up           it key [default]
.setdefault         looked_up_or_set    it key default
.update             update              it items*
.add                add                 it item
.discard            discard             it item
.union              union               it items*
.intersection       intersection        it items*
.difference         difference          it items*
.sort               sort                it [key]
.reverse            reverse             it
.index              position_in         it item
.count              count_in            it item
.split              split               it [by]
.rsplit             split_right         it [by]
.splitlines         text_lines+          it
.join               joined_text         it items
.strip              stripped            it [characters]
.lstrip             stripped_left       it [characters]
.rstrip             stripped_right      it [characters]
.lower              lower_case          it
.upper              upper_case          it
.replace            replaced            it old new
.startswith         starts_with?        it beginning
.endswith           ends_with?          it ending
.format             filled              it values*
.print              printed_by          it items*
.title              title_case          it
.capitalize         first_letter_upper  it
.zfill              padded_zeros        it width
.ljust              padded_right        it width
.rjust              padded_left         it width
.partition          parted              it by
.rpartition         parted_last         it by
.isalpha            is_letters?         it
.isnumeric          is_digits?          it
.issubset           is_part_of?         it other
.most_common        most_frequent       it [n]
.popleft            first_removed       it
.appendleft         prepend             it item
re.search           first_match+         pattern text
re.match            match_at_start+      pattern text
re.fullmatch        whole_match+         pattern text
re.findall          all_matches+         pattern text
re.finditer         all_matches+         pattern text
re.sub              matches_replaced    pattern new text
re.split            split_at_matches    pattern text
re.compile          search_pattern+      pattern
io.BytesIO          byte_buffer+         [content]
io.StringIO         text_buffer+         [content]
.isdigit            is_digits?          it
.encode             encoded             it [encoding]
.decode             decoded             it [encoding]
.write              write               it text
.writelines         write               it text
.read               content_of+          it
.readlines          all_lines_of+        it
.readline           next_line_of+        it
.close              close               it
.flush              flush               it
"""
