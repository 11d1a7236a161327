"""Files, processes, time, options and messages: the standard library around a training script."""

TABLE = """
os.path.join            =path               parts*
os.path.exists          exists?             path
os.path.isfile          is_file?            path
os.path.isdir           is_folder?          path
os.path.basename        file_name+           path
os.path.dirname         folder_of+           path
os.path.abspath         absolute_path+       path
os.path.expanduser      expanded_path       path
os.path.splitext        name_and_ending     path
os.makedirs             make_folder         path
os.mkdir                make_folder         path
os.listdir              files_in            path
os.remove               delete_file         path
os.unlink               delete_file         path
os.getcwd               working_folder+
os.getpid               process_id+
os.getenv               environment         name [default]
os.environ.get          environment         name [default]
os.cpu_count            cpu_count+
os.walk                 folders_below+      path
os.rename               rename              source target
os.replace              rename              source target
os.symlink              link                source target
os.chdir                enter_folder        path
os.path.getmtime        changed_at+         path
shutil.move             move_file           source target
shutil.copytree         copy_folder         source target
shutil.copy2            copy_file           source target
os.path.relpath         relative_path       path [start]
os.path.getsize         file_size+          path
glob.glob               matching_files+     pattern
pathlib.Path            =path               parts*
pathlib.Path.cwd        working_folder+
shutil.copyfile         copy_file           source target
shutil.copy             copy_file           source target
shutil.rmtree           delete_folder       path
sys.exit                end_program         [status]
sys.stdout.flush        flush_output
time.time               current_time+
time.perf_counter       current_time+
time.monotonic          current_time+
time.process_time       current_time+
time.strftime           time_as+            format [moment]
time.localtime          current_time+
datetime.timedelta      time_span+
time.sleep              wait_seconds        seconds
datetime.datetime.today current_time+
datetime.datetime.now   current_time+
copy.deepcopy           deep_copy+           x
copy.copy               copy_of+             it
json.load               read_json+           file
json.loads              read_json_text+      text
json.dump               write_json          value file
json.dumps              as_json             value
pickle.load             read_object+         file
pickle.dump             write_object        value file
yaml.safe_load          read_yaml+           file
yaml.load               read_yaml+           file
contextlib.nullcontext  no_context+
contextlib.suppress     ignored_errors+     kinds*
functools.partial       with_arguments      function arguments*
itertools.chain         chained             items*
itertools.cycle         over_and_over       items
itertools.product       all_combinations+   items*
itertools.zip_longest   side_by_side_longest items*
itertools.count         counted_up          [start]
collections.deque       queue+              [items]
collections.Counter     counts+             items
collections.namedtuple  record_type         name fields
itertools.islice        first_of            items count
collections.defaultdict default_table       [default]
collections.OrderedDict ordered_table       [items]
random.random           random_number+
random.shuffle          shuffle             items
random.choice           random_choice       items
random.randint          random_integer      a b
random.uniform          random_between      a b
random.choices          random_choices      items|population [weights] [cum_weights] [k]
random.sample           random_sample       items k
argparse.ArgumentParser option_reader+       [prog]
absl.flags.DEFINE_string  flag               names*
absl.flags.DEFINE_integer flag               names*
absl.flags.DEFINE_float   flag               names*
absl.flags.DEFINE_bool    flag               names*
absl.flags.DEFINE_boolean flag               names*
absl.flags.DEFINE_enum    flag               names*
.set_defaults           option_defaults     it
.add_argument           option              it names*
.add_argument_group     option_group        it [title]
.parse_args             settings_read       it [arguments]
.parse_known_args       known_settings_read it [arguments]
.info                   log                 it text arguments*
.debug                  log_detail          it text arguments*
.warning                log_warning         it text arguments*
.error                  log_error           it text arguments*
.mkdir                  make_folder         path
.exists                 exists?             path
.is_file                is_file?            path
.is_dir                 is_folder?          path
.write_text             write_file          it text
.read_text              content_of+          it
logging.info            log_message         text arguments*
logging.debug           log_message         text arguments*
logging.warning         log_warning_message text arguments*
logging.error           log_error_message   text arguments*
logging.basicConfig     set_up_log
absl.logging.info       log_message         text arguments*
absl.logging.warning    log_warning_message text arguments*
absl.logging.error      log_error_message   text arguments*
.critical               log_error           it text arguments*
.exception              log_error           it text arguments*
.setLevel               log_from            it level
.addHandler             log_also_to         it handler
.setFormatter           log_in_form         it form
logging.StreamHandler   log_to_screen       [stream]
logging.FileHandler     log_to_file         file
logging.Formatter       log_form            [pattern]
logging.critical        log_error_message   text arguments*
logging.exception       log_error_message   text arguments*
logging.getLogger       logger_named+        [name]
warnings.warn           warn                text
warnings.filterwarnings ignore_warnings
os.system               run_command         command
subprocess.check_output run_command         command
subprocess.check_call   run_command         command
subprocess.call         run_command         command
subprocess.Popen        running_command     command
tempfile.TemporaryDirectory temporary_folder+
tempfile.mkdtemp        temporary_folder+
tempfile.NamedTemporaryFile temporary_file+
threading.Thread        thread+
multiprocessing.Process process+
torch.multiprocessing.Process process+
pickle.dumps            written_bytes       value
pickle.loads            read_bytes+         value
yaml.dump               as_yaml             value
yaml.safe_dump          as_yaml             value
tomllib.load            read_toml+          file
csv.reader              rows_in+            file
csv.DictReader          rows_in+            file
csv.writer              row_writer+         file
csv.DictWriter          row_writer+         file
.writerow               write_row           it row
.writerows              write_rows          it rows
.start                  start               it
.isoformat              iso_text            it
.strftime               time_text           it format
.glob                   matching_in+        it pattern
.rglob                  matching_below+     it pattern
.resolve                absolute_path+      path
subprocess.run          run_command         command
gc.collect              free_memory
"""
