// The kernels, written once. Included by each instruction set's own file, which defines `LANES`, the vector width in
// floats, `TALL` and `WIDE`, see products.h, and `KERNEL(name)`, which gives a name its suffix; where it has them also
// `FUSED`, a multiply-add that rounds once, and `MASKS`, loads and stores of the first lanes only. Vectors are clang's:
// plain operators work lane by lane.
#pragma STDC FP_CONTRACT OFF

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lanes.h"

#include "functions.h"
#include "lstm.h"
#include "slstm.h"
#include "gru.h"
#include "products.h"
#include "peak.h"
#include "sums.h"
#include "updates.h"
#include "elements.h"
#include "maxima.h"
#include "activations.h"
#include "normalization.h"
#include "draws.h"

#define ELEMENTWISE(name, function)                             \
  static void KERNEL(name)(float *values, size_t size) {        \
    for (size_t at = 0; at < size; at += LANES)                 \
      store(function(load(values + at, size - at)), values + at, size - at); \
  }
ELEMENTWISE(exp, exponential)
ELEMENTWISE(tanh, hyperbolic_tangent)
ELEMENTWISE(sigmoid, sigmoid)

const struct ckernels_table KERNEL(table) = {
    .name = KERNEL(name),
    .lstm_forward = KERNEL(lstm_forward),
    .lstm_backward = KERNEL(lstm_backward),
    .slstm_forward = KERNEL(slstm_forward),
    .slstm_backward = KERNEL(slstm_backward),
    .gru_forward = KERNEL(gru_forward),
    .gru_backward = KERNEL(gru_backward),
    .rnn_forward = KERNEL(rnn_forward),
    .rnn_backward = KERNEL(rnn_backward),
    .update = KERNEL(update),
    .update_product = KERNEL(update_product),
    .multiply = KERNEL(multiply),
    .pack = KERNEL(pack),
    .multiply_packed = KERNEL(multiply_packed),
    .outer_products = KERNEL(outer_products),
    .sums = KERNEL(sums),
    .dot = KERNEL(dot),
    .softmax = KERNEL(softmax),
    .all_finite = KERNEL(all_finite),
    .exp = KERNEL(exp),
    .tanh = KERNEL(tanh),
    .sigmoid = KERNEL(sigmoid),
    .multiply_elements = KERNEL(multiply_elements),
    .add_elements = KERNEL(add_elements),
    .add_scaled = KERNEL(add_scaled),
    .add_products = KERNEL(add_products),
    .scale = KERNEL(scale),
    .rectify = KERNEL(rectify),
    .rectify_by = KERNEL(rectify_by),
    .mix = KERNEL(mix),
    .mix_gradient = KERNEL(mix_gradient),
    .add_penalties = KERNEL(add_penalties),
    .take_larger = KERNEL(take_larger),
    .add_where_equal = KERNEL(add_where_equal),
    .move_where_equal = KERNEL(move_where_equal),
    .divide_elements = KERNEL(divide_elements),
    .add_rows = KERNEL(add_rows),
    .mark_rows = KERNEL(mark_rows),
    .relu_gradient = KERNEL(relu_gradient),
    .rectifier_gradient = KERNEL(rectifier_gradient),
    .tanh_gradient = KERNEL(tanh_gradient),
    .sigmoid_gradient = KERNEL(sigmoid_gradient),
    .softmax_gradient = KERNEL(softmax_gradient),
    .normalize_rows = KERNEL(normalize_rows),
    .normalize_rows_gradient = KERNEL(normalize_rows_gradient),
    .column_moments = KERNEL(column_moments),
    .move_average = KERNEL(move_average),
    .inverse_roots = KERNEL(inverse_roots),
    .normalize_columns = KERNEL(normalize_columns),
    .normalize_columns_gradient = KERNEL(normalize_columns_gradient),
    .draw_factors = KERNEL(draw_factors),
    .peak = KERNEL(peak),
};
