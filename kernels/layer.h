// One recurrent layer over whole sequences: what it holds, and what all cells share. Dimensions: B batch, T time, I inputs,
// H units, G gates. Steps are counted in the order in which they are walked; a reversed layer walks time backwards.
#pragma once
#include "affine.h"

typedef enum { RNN, LSTM, GRU } Cell;

// Where the rows of a row-major array over batch and time begin.
typedef struct {
  float *values;
  Size row, time; // floats from one row, and one time, to the next
} Grid;

typedef struct {
  Affine affine;
  Cell cell;
  int time, units, inputs, unit_panels, source_panels;
  int reverse;
  int trains; // keeps all steps for the backward pass; else only the running ones
  int batch, rows; // rows in use, and with padding; set before each pass
  Size block;      // of one panel: rows × PANEL
  Size state;      // of one [B, H] in panels
  const float *mask; // [B × T], 0 where a step is left out and the state carried on; null for none
  const float *initial_hidden, *initial_carry; // [B × H]; null for zeros
  // The tape, by step. Panels of rows each.
  float *source;       // [T] of [x, 1]
  float *hidden;       // [T + 1] h before the first step and after each one
  float *carry;        // [T + 1] c (lstm)
  float *carry_tanh;   // [T] tanh c (lstm)
  float *gates;        // [T][G] activated gates; the backward pass turns them into gradients of their pre-activations
  float *reset_hidden; // [T] r ∘ h (gru)
  // The backward pass: gradients of the running state.
  float *d_hidden, *d_carry, *d_reset_hidden, *d_source;
} Layer;

INLINE int gate_count(Cell cell) { return cell == LSTM ? 4 : cell == GRU ? 3 : 1; }

static void layer_set_batch(Layer *l, int batch) {
  l->batch = batch;
  l->rows = round_up(batch, ROW_STEP);
  l->block = (Size)l->rows * PANEL;
  l->state = l->unit_panels * l->block;
}

static Layer layer_of(Cell cell, int batch, int time, int inputs, int units, int reverse, int trains) {
  Layer l = {.affine = affine_of(gate_count(cell), units, units, inputs), .cell = cell, .time = time, .units = units};
  l.inputs = inputs;
  l.reverse = reverse;
  l.trains = trains;
  l.unit_panels = panels_for(units);
  l.source_panels = panels_for(inputs + 1);
  layer_set_batch(&l, batch);
  return l;
}


// Floats from one step to the next. Odd numbers of blocks: a panel of many steps, which the weight gradients sum over, would
// share a few sets of the cache if a power of two lay between its blocks.
INLINE Size source_stride(const Layer *l) { return (l->source_panels | 1) * l->block; }
INLINE Size state_stride(const Layer *l) { return (l->unit_panels | 1) * l->block; }
INLINE Size gates_stride(const Layer *l) { return ((l->affine.gates * l->unit_panels) | 1) * l->block; }

static void layer_plan_tape(Layer *l, Arena *arena) {
  const Size steps = l->trains ? l->time : 1;
  l->source = take(arena, steps * source_stride(l));
  l->hidden = take(arena, (steps + 1) * state_stride(l));
  l->gates = take(arena, steps * gates_stride(l));
  l->carry = l->cell == LSTM ? take(arena, (steps + 1) * l->state) : 0;
  l->carry_tanh = l->cell == LSTM ? take(arena, steps * l->state) : 0;
  l->reset_hidden = l->cell == GRU ? take(arena, steps * state_stride(l)) : 0;
}

static void layer_plan_gradients(Layer *l, Arena *arena, int needs_source) {
  l->d_hidden = take(arena, l->state);
  l->d_carry = l->cell == LSTM ? take(arena, l->state) : 0;
  l->d_reset_hidden = l->cell == GRU ? take(arena, l->state) : 0;
  l->d_source = needs_source ? take(arena, panels_for(l->inputs) * l->block) : 0;
}

INLINE int kept_step(const Layer *l, int step) { return l->trains ? step : 0; }
INLINE int kept_state(const Layer *l, int step) { return l->trains ? step : step & 1; }
INLINE float *source_at(const Layer *l, int step) { return l->source + kept_step(l, step) * source_stride(l); }
INLINE float *gates_at(const Layer *l, int step) { return l->gates + kept_step(l, step) * gates_stride(l); }
INLINE float *hidden_at(const Layer *l, int step) { return l->hidden + kept_state(l, step) * state_stride(l); }
INLINE float *carry_at(const Layer *l, int step) { return l->carry + kept_state(l, step) * l->state; }
INLINE float *carry_tanh_at(const Layer *l, int step) { return l->carry_tanh + kept_step(l, step) * l->state; }
INLINE float *reset_hidden_at(const Layer *l, int step) { return l->reset_hidden + kept_step(l, step) * state_stride(l); }

INLINE int time_of(const Layer *l, int step) { return l->reverse ? l->time - 1 - step : step; }

INLINE int is_skipped(const Layer *l, int row, int time) {
  return l->mask && row < l->batch && l->mask[(Size)row * l->time + time] == 0;
}

// What a cell does at a step to the floats [first, end) of a state, and of each of its gates.
typedef void Elementwise(const Layer *l, int step, Size first, Size end);

// Has rows that are `kept`, and those that are `skipped`, computed in runs that are as long as they come.
static void each_run(const Layer *l, int step, Elementwise *kept, Elementwise *skipped) {
  const int time = time_of(l, step);
  for (Size first = 0, end; first < l->state; first = end) {
    const int skips = is_skipped(l, first / PANEL % l->rows, time);
    end = l->mask ? first + PANEL : l->state;
    while (end < l->state && is_skipped(l, end / PANEL % l->rows, time) == skips) end += PANEL;
    (skips ? skipped : kept)(l, step, first, end);
  }
}

static void copy_floats(float *to, const float *from, Size first, Size end) {
  for (Size n = first; n < end; n += LANES) store(to + n, load(from + n));
}

// Copies `count` values into one row of panels, `block` floats apart.
static void pack_row(float *panels, Size block, const float *values, int count) {
  for (int first = 0; first < count; first += PANEL, panels += block)
    for (int lane = 0; lane < PANEL && first + lane < count; lane++) panels[lane] = values[first + lane];
}

static void unpack_row(float *values, const float *panels, Size block, int count) {
  for (int first = 0; first < count; first += PANEL, panels += block)
    for (int lane = 0; lane < PANEL && first + lane < count; lane++) values[first + lane] = panels[lane];
}

static void add_unpacked_row(float *values, const float *panels, Size block, int count) {
  for (int first = 0; first < count; first += PANEL, panels += block)
    for (int lane = 0; lane < PANEL && first + lane < count; lane++) values[first + lane] += panels[lane];
}

static void add_packed_row(float *panels, Size block, const float *values, int count) {
  for (int first = 0; first < count; first += PANEL, panels += block)
    for (int lane = 0; lane < PANEL && first + lane < count; lane++) panels[lane] += values[first + lane];
}

// The gates of a layer, as panels: those of gate numbers [first, end).
INLINE Panels gate_panels(const Layer *l, int first, int end) {
  return (Panels){first * l->unit_panels, end * l->unit_panels};
}

// Pre-activations of gates [first, end) at a step, from a state and the step's inputs.
INLINE void project(const Layer *l, int step, const float *hidden, int first, int end) {
  const int is_zero = step == 0 && !l->initial_hidden;
  affine_forward(&l->affine, is_zero ? 0 : hidden, source_at(l, step), l->rows, gate_panels(l, first, end), gates_at(l, step));
}

// d_state (+)= gradient of gates [first, end) at a step, times their recurrent weights transposed
INLINE void project_back(const Layer *l, int step, int first, int end, float *d_state, int accumulate) {
  affine_backward(&l->affine, l->affine.to_hidden, l->units, gates_at(l, step), l->rows, gate_panels(l, first, end),
                  d_state, accumulate);
}
