// What the caller and the kernels tell each other: a block of memory begins with this. All numbers are doubles, so that any
// language reads them; src/engine/kernels/fused/control.ts names the same fields in the same order.
#pragma once

enum { MAX_LAYERS = 32 };

// Arrays inside the block, row-major float32. F: units of a layer, of both directions side by side. S: 2 for lstm, else 1.
typedef enum {
  INPUTS,         // [B × T × I]
  MASK,           // [B × T]
  INITIAL_STATE,  // one pass: [S × B × H]
  PARAMETERS,     // each layer's and pass's kernel, recurrent kernel, bias; then the head's kernel, bias
  OUTPUT,         // [B × K]; without a head [B × T × F] or [B × F]
  TAPE,           // what the forward pass leaves for the backward one
  OUTPUT_GRADIENT,
  INPUT_GRADIENT,
  INITIAL_STATE_GRADIENT,
  GRADIENTS, // like PARAMETERS
  MOMENTS,   // Adam's m, then v, each like PARAMETERS
  TARGETS,   // [B × K]
  WEIGHTS,   // [B × K]
  SCALES,    // factors of each layer's output (dropout), [B × T × F] each; of the last one [B × F]
  TEAM,           // integers by which threads share a step, as in team.h
  REGION_COUNT
} RegionName;

typedef struct {
  // The network; given before plan and open.
  double cell, batch, time, inputs, layers, bidirectional, reverse, outputs, sequences, truncate, trains, has_input_gradient;
  double units[MAX_LAYERS];
  // One pass or step.
  double count, has_mask, has_initial_state, has_scales;
  double loss_kind, learning_rate, epsilon, beta1, beta2, clip, weight_decay, step;
  // Results.
  double byte_count, parameter_count, shard_count, missing, loss, gradient_norm;
  // Offset in bytes from the block's begin, and count of floats.
  struct {
    double offset, count;
  } region[REGION_COUNT];
} Control;
