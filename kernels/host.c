// A stand-in for Node that loads an add-on, trains with each of its builds and has it forecast: shows that the file needs nothing of the C
// library it was linked beside. In: the add-on's path. Out: the losses of two steps, held to the known answers of
// src/engine/kernels/fused/check.ts, and what the classical methods answer. For musl:
//   zig cc -O2 -fno-sanitize=undefined -target x86_64-linux-musl -dynamic -rdynamic kernels/host.c -o host
//   ld-musl-x86_64.so.1 ./host kernels/prebuilt/linux-x64.node
#include "control.h"
#include <dlfcn.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_BYTES = 65536, MAX_ENTRIES = 64 };

// The values of Node-API here: an object is its number, the exports 0; a function is its place in `functions`, below zero.
typedef int (*Callback)(void *, void *);
static struct {
  Callback call;
  void *entry;
} functions[MAX_ENTRIES];
static struct {
  intptr_t object, value;
  const char *name;
} properties[2 * MAX_ENTRIES];
static int function_count, object_count, property_count;
static void *running_entry, *block;

int napi_create_object(void *env, intptr_t *result) {
  (void)env;
  *result = ++object_count;
  return 0;
}

int napi_create_function(void *env, const char *name, size_t length, Callback call, void *entry, intptr_t *result) {
  (void)env, (void)name, (void)length;
  functions[function_count].call = call;
  functions[function_count].entry = entry;
  *result = -++function_count;
  return 0;
}

int napi_set_named_property(void *env, intptr_t object, const char *name, intptr_t value) {
  (void)env;
  properties[property_count].object = object;
  properties[property_count].name = name;
  properties[property_count++].value = value;
  return 0;
}

static intptr_t property_of(intptr_t object, const char *name) {
  for (int p = 0; p < property_count; p++)
    if (properties[p].object == object && strcmp(properties[p].name, name) == 0) return properties[p].value;
  printf("no property %s\n", name);
  exit(1);
}

int napi_get_cb_info(void *env, void *info, size_t *count, void **arguments, void **self, void **entry) {
  (void)env, (void)info, (void)self;
  *count = 1;
  arguments[0] = block;
  *entry = running_entry;
  return 0;
}

int napi_get_typedarray_info(void *env, void *value, int *type, size_t *length, void **data, void *buffer, size_t *offset) {
  (void)env, (void)type, (void)length, (void)buffer, (void)offset;
  *data = value;
  return 0;
}

int napi_throw_type_error(void *env, const char *code, const char *message) {
  (void)env, (void)code;
  puts(message);
  exit(1);
}

static void run(intptr_t build, const char *name, void *memory) {
  const intptr_t function = -property_of(build, name) - 1;
  running_entry = functions[function].entry;
  block = memory;
  functions[function].call(0, 0);
}

static float *region(Control *control, RegionName name) { return (float *)((char *)control + (size_t)control->region[name].offset); }

static void fill_wave(Control *control, RegionName name, double size) {
  float *values = region(control, name);
  for (int i = 0; i < control->region[name].count; i++) values[i] = (float)(size * (fmod(i * 0.618034 + 0.1, 1) * 2 - 1));
}

// @returns whether the losses are those of an LSTM
static int train(intptr_t build, const char *name) {
  const Control shape = {.cell = 1, .batch = 3, .time = 4, .inputs = 2, .layers = 2, .bidirectional = 1, .outputs = 2, .trains = 1,
                         .units = {5, 3}, .count = 3, .has_mask = 1, .learning_rate = 0.01, .epsilon = 1e-8, .beta1 = 0.9,
                         .beta2 = 0.999, .clip = 1, .weight_decay = 0.1};
  static const double known[] = {1.783372, 1.74292};
  Control *control = calloc(1, HEAD_BYTES);
  *control = shape;
  run(build, "plan", control);
  const size_t byte_count = (size_t)control->byte_count;
  free(control);
  control = calloc(1, byte_count);
  *control = shape;
  run(build, "open", control);
  fill_wave(control, INPUTS, 1);
  fill_wave(control, TARGETS, 2);
  fill_wave(control, PARAMETERS, 0.5);
  for (int i = 0; i < control->region[WEIGHTS].count; i++) region(control, WEIGHTS)[i] = 1;
  for (int i = 3; i < control->region[MASK].count; i++) region(control, MASK)[i] = 1;
  run(build, "load_parameters", control);
  int right = 1;
  for (int step = 0; step < 2; step++) {
    control->step = step + 1;
    run(build, "begin_step", control);
    run(build, "finish_step", control);
    printf("%s: loss of step %d is %.6f\n", name, step + 1, control->loss);
    right = right && fabs(control->loss / known[step] - 1) < 1e-4;
  }
  free(control);
  return right;
}

// @returns whether a build of the classical methods gives the hash of src/classical/compiled/check.ts
static int answer(intptr_t build, const char *name) {
  // The measures of kernels/classical/control.h, which src/classical/compiled/check.ts has too; what is told of them comes after.
  static const double measures[] = {60, 6, 4, 20, 4, 1, 0};
  enum { BYTE_COUNT = 23, VALUE = 24 };
  static const double known = 1491334769;
  double *fields = calloc(1, HEAD_BYTES);
  memcpy(fields, measures, sizeof measures);
  run(build, "plan", fields);
  const size_t byte_count = (size_t)fields[BYTE_COUNT];
  free(fields);
  fields = calloc(1, byte_count);
  memcpy(fields, measures, sizeof measures);
  run(build, "open", fields);
  run(build, "answer", fields);
  const double given = fields[VALUE];
  printf("%s: classical answer is %.0f\n", name, given);
  free(fields);
  return given == known;
}

int main(int argc, char **argv) {
  void *addon = argc > 1 ? dlopen(argv[1], RTLD_NOW) : 0;
  if (!addon) {
    puts(argc > 1 ? dlerror() : "usage: host ADDON");
    return 1;
  }
  ((void *(*)(void *, void *))dlsym(addon, "napi_register_module_v1"))(0, 0);
  const intptr_t recurrent = property_of(0, "recurrent"), classical = property_of(0, "classical");
  int right = 1, build_count = 0;
  for (int p = 0; p < property_count; p++)
    if (properties[p].object == recurrent || properties[p].object == classical) {
      const int is_right = (properties[p].object == recurrent ? train : answer)(properties[p].value, properties[p].name);
      right = right && is_right;
      build_count++;
    }
  right = right && build_count > 1;
  puts(right ? "right" : "wrong");
  return !right;
}
