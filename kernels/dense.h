// The dense layer behind the last recurrent one. In: rows [B × F]. Out: rows [B × K], and its gradients.
#pragma once
#include "layer.h"

typedef struct {
  Affine affine;
  int batch, rows;
  Size block;
  float *source, *out, *d_source; // panels of [x, 1], of the outputs (then their gradients), of the inputs' gradients
} Dense;

static void dense_set_batch(Dense *d, int batch) {
  d->batch = batch;
  d->rows = round_up(batch, ROW_STEP);
  d->block = (Size)d->rows * PANEL;
}

static Dense dense_of(int batch, int inputs, int outputs) {
  Dense d = {.affine = affine_of(1, outputs, 0, inputs)};
  dense_set_batch(&d, batch);
  return d;
}

static void dense_plan(Dense *d, Arena *arena, int trains) {
  d->source = take(arena, panels_for(d->affine.inputs + 1) * d->block);
  d->out = take(arena, d->affine.unit_panels * d->block);
  if (trains) d->d_source = take(arena, panels_for(d->affine.inputs) * d->block);
}

static void dense_forward(const Dense *d, const float *x, float *y) {
  const int inputs = d->affine.inputs, outputs = d->affine.units;
  fill_zero(d->source, panels_for(inputs + 1) * d->block);
  for (int row = 0; row < d->batch; row++) {
    pack_row(d->source + row * PANEL, d->block, x + (Size)row * inputs, inputs);
    d->source[inputs / PANEL * d->block + row * PANEL + inputs % PANEL] = 1;
  }
  affine_forward(&d->affine, 0, d->source, d->rows, (Panels){0, d->affine.unit_panels}, d->out);
  for (int row = 0; row < d->batch; row++) unpack_row(y + (Size)row * outputs, d->out + row * PANEL, d->block, outputs);
}

static void dense_backward(const Dense *d, const float *d_y, float *d_x) {
  const int inputs = d->affine.inputs, outputs = d->affine.units;
  const Panels all = {0, d->affine.unit_panels};
  fill_zero(d->out, d->affine.unit_panels * d->block);
  for (int row = 0; row < d->batch; row++)
    pack_row(d->out + row * PANEL, d->block, d_y + (Size)row * outputs, outputs);
  affine_backward(&d->affine, d->affine.to_source, inputs, d->out, d->rows, all, d->d_source, 0);
  for (int row = 0; row < d->batch; row++) unpack_row(d_x + (Size)row * inputs, d->d_source + row * PANEL, d->block, inputs);
  fill_zero(d->affine.gradient, d->affine.packed_count);
  const Run run = {.source = d->source, .d_gates = d->out, .steps = 1, .rows = d->rows};
  affine_add_gradient(&d->affine, &run, all);
}
