// SPDX-License-Identifier: Apache-2.0
/* Operations: nodes made of nodes. Each has a macro that notes the caller's line and a function bm_<name>_at behind it.
 *
 * Common to all: inputs are nodes of one graph; a failed input gives a failed node; errors land on the graph and name the
 * operation, both shapes and the caller's line (BM_E_SHAPE, BM_E_TYPE, BM_E_ARGUMENT, BM_E_MEMORY). Shapes may have BM_ANY.
 * Elementwise operations broadcast as NumPy does. Types must agree; bm_cast changes them. Where a layer has the same word,
 * the operation is bm_<name>_op.
 */
// clang-format off
#ifndef BAEUM_OPS_H
#define BAEUM_OPS_H
#include <baeum/graph.h>
#ifdef __cplusplus
extern "C" {
#endif

/** Axes of a reduction or permutation, or other integers: BM_AXES(0, -1). Negative axes count from the last. */
typedef struct bm_axes { int64_t count, at[BM_MAX_RANK]; } bm_axes;
#ifndef __cplusplus
#define BM_AXES(...) ((bm_axes){ (int64_t)(sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)), { __VA_ARGS__ } })
#elif __cplusplus >= 202002L
extern "C++" {
inline bm_axes bm_axes_(std::initializer_list<int64_t> l)
{
    bm_axes s{};
    for (int64_t d : l) { if (s.count < BM_MAX_RANK) s.at[s.count] = d; s.count++; }
    return s;
}
}
#define BM_AXES(...) bm_axes_({ __VA_ARGS__ })
#endif

/* ---- elementwise, one input ---- */
BM_API bm_node bm_neg_at(bm_node x, bm_place here); /**< -x */
BM_API bm_node bm_abs_at(bm_node x, bm_place here); /**< |x|; derivative sign(x), 0 at 0 */
BM_API bm_node bm_sign_at(bm_node x, bm_place here); /**< -1, 0 or 1 */
BM_API bm_node bm_exp_at(bm_node x, bm_place here); /**< e^x */
BM_API bm_node bm_log_at(bm_node x, bm_place here); /**< natural logarithm */
BM_API bm_node bm_log1p_at(bm_node x, bm_place here); /**< log(1 + x) */
BM_API bm_node bm_expm1_at(bm_node x, bm_place here); /**< e^x - 1 */
BM_API bm_node bm_sqrt_at(bm_node x, bm_place here); /**< square root */
BM_API bm_node bm_rsqrt_at(bm_node x, bm_place here); /**< 1 / sqrt(x) */
BM_API bm_node bm_square_at(bm_node x, bm_place here); /**< x * x */
BM_API bm_node bm_reciprocal_at(bm_node x, bm_place here); /**< 1 / x */
BM_API bm_node bm_sin_at(bm_node x, bm_place here); /**< sine */
BM_API bm_node bm_cos_at(bm_node x, bm_place here); /**< cosine */
BM_API bm_node bm_erf_at(bm_node x, bm_place here); /**< the error function */
BM_API bm_node bm_sigmoid_at(bm_node x, bm_place here); /**< 1 / (1 + e^-x) */
BM_API bm_node bm_tanh_at(bm_node x, bm_place here); /**< hyperbolic tangent */
BM_API bm_node bm_relu_at(bm_node x, bm_place here); /**< max(x, 0); derivative 0 at 0 */
BM_API bm_node bm_selu_at(bm_node x, bm_place here); /**< scaled ELU, Klambauer et al., 2017 */
BM_API bm_node bm_gelu_at(bm_node x, bm_place here); /**< x * Phi(x) with the error function, Hendrycks and Gimpel, 2016 */
BM_API bm_node bm_silu_at(bm_node x, bm_place here); /**< x * sigmoid(x) */
BM_API bm_node bm_softplus_at(bm_node x, bm_place here); /**< log(1 + e^x) */
BM_API bm_node bm_softsign_at(bm_node x, bm_place here); /**< x / (1 + |x|) */
BM_API bm_node bm_step_at(bm_node x, bm_place here); /**< 1 where x > 0, else 0; no gradient */
BM_API bm_node bm_not_at(bm_node x, bm_place here); /**< of bool */
BM_API bm_node bm_is_finite_at(bm_node x, bm_place here); /**< bool: neither infinite nor NaN; no gradient */
#define bm_neg(x) bm_neg_at((x), BM_HERE)
#define bm_abs(x) bm_abs_at((x), BM_HERE)
#define bm_sign(x) bm_sign_at((x), BM_HERE)
#define bm_exp(x) bm_exp_at((x), BM_HERE)
#define bm_log(x) bm_log_at((x), BM_HERE)
#define bm_log1p(x) bm_log1p_at((x), BM_HERE)
#define bm_expm1(x) bm_expm1_at((x), BM_HERE)
#define bm_sqrt(x) bm_sqrt_at((x), BM_HERE)
#define bm_rsqrt(x) bm_rsqrt_at((x), BM_HERE)
#define bm_square(x) bm_square_at((x), BM_HERE)
#define bm_reciprocal(x) bm_reciprocal_at((x), BM_HERE)
#define bm_sin(x) bm_sin_at((x), BM_HERE)
#define bm_cos(x) bm_cos_at((x), BM_HERE)
#define bm_erf(x) bm_erf_at((x), BM_HERE)
#define bm_sigmoid(x) bm_sigmoid_at((x), BM_HERE)
#define bm_tanh(x) bm_tanh_at((x), BM_HERE)
#define bm_relu(x) bm_relu_at((x), BM_HERE)
#define bm_selu(x) bm_selu_at((x), BM_HERE)
#define bm_gelu(x) bm_gelu_at((x), BM_HERE)
#define bm_silu(x) bm_silu_at((x), BM_HERE)
#define bm_softplus(x) bm_softplus_at((x), BM_HERE)
#define bm_softsign(x) bm_softsign_at((x), BM_HERE)
#define bm_step(x) bm_step_at((x), BM_HERE)
#define bm_not(x) bm_not_at((x), BM_HERE)
#define bm_is_finite(x) bm_is_finite_at((x), BM_HERE)

/* ---- elementwise, one input and numbers ---- */
BM_API bm_node bm_scale_at(bm_node x, double by, bm_place here);                /**< x * by */
BM_API bm_node bm_shift_at(bm_node x, double by, bm_place here);                /**< x + by */
BM_API bm_node bm_clip_at(bm_node x, double low, double high, bm_place here);   /**< into [low, high]; derivative 0 outside */
BM_API bm_node bm_leaky_relu_at(bm_node x, double slope, bm_place here);        /**< x where x > 0, else slope * x */
BM_API bm_node bm_elu_at(bm_node x, double alpha, bm_place here);               /**< x where x > 0, else alpha * (e^x - 1) */
#define bm_scale(x, by)         bm_scale_at((x), (by), BM_HERE)
#define bm_shift(x, by)         bm_shift_at((x), (by), BM_HERE)
#define bm_clip(x, low, high)   bm_clip_at((x), (low), (high), BM_HERE)
#define bm_leaky_relu(x, slope) bm_leaky_relu_at((x), (slope), BM_HERE)
#define bm_elu(x, alpha)        bm_elu_at((x), (alpha), BM_HERE)

/* ---- elementwise, two and three inputs ---- */
BM_API bm_node bm_add_at(bm_node x, bm_node y, bm_place here); /**< x + y */
BM_API bm_node bm_sub_at(bm_node x, bm_node y, bm_place here); /**< x - y */
BM_API bm_node bm_mul_at(bm_node x, bm_node y, bm_place here); /**< x * y */
BM_API bm_node bm_div_at(bm_node x, bm_node y, bm_place here); /**< x / y; of integers towards zero */
BM_API bm_node bm_pow_at(bm_node x, bm_node y, bm_place here); /**< x^y; derivative by y is 0 where x <= 0, by x 0 where y is 0 */
BM_API bm_node bm_minimum_at(bm_node x, bm_node y, bm_place here); /**< the smaller; NaN when either is */
BM_API bm_node bm_maximum_at(bm_node x, bm_node y, bm_place here); /**< the larger; NaN when either is; both get half the gradient where equal */
BM_API bm_node bm_equal_at(bm_node x, bm_node y, bm_place here); /**< bool */
BM_API bm_node bm_not_equal_at(bm_node x, bm_node y, bm_place here); /**< bool */
BM_API bm_node bm_less_at(bm_node x, bm_node y, bm_place here); /**< bool */
BM_API bm_node bm_less_equal_at(bm_node x, bm_node y, bm_place here); /**< bool */
BM_API bm_node bm_greater_at(bm_node x, bm_node y, bm_place here); /**< bool */
BM_API bm_node bm_greater_equal_at(bm_node x, bm_node y, bm_place here); /**< bool */
BM_API bm_node bm_and_at(bm_node x, bm_node y, bm_place here); /**< of bool */
BM_API bm_node bm_or_at(bm_node x, bm_node y, bm_place here); /**< of bool */
#define bm_add(x, y) bm_add_at((x), (y), BM_HERE)
#define bm_sub(x, y) bm_sub_at((x), (y), BM_HERE)
#define bm_mul(x, y) bm_mul_at((x), (y), BM_HERE)
#define bm_div(x, y) bm_div_at((x), (y), BM_HERE)
#define bm_pow(x, y) bm_pow_at((x), (y), BM_HERE)
#define bm_minimum(x, y) bm_minimum_at((x), (y), BM_HERE)
#define bm_maximum(x, y) bm_maximum_at((x), (y), BM_HERE)
#define bm_equal(x, y) bm_equal_at((x), (y), BM_HERE)
#define bm_not_equal(x, y) bm_not_equal_at((x), (y), BM_HERE)
#define bm_less(x, y) bm_less_at((x), (y), BM_HERE)
#define bm_less_equal(x, y) bm_less_equal_at((x), (y), BM_HERE)
#define bm_greater(x, y) bm_greater_at((x), (y), BM_HERE)
#define bm_greater_equal(x, y) bm_greater_equal_at((x), (y), BM_HERE)
#define bm_and(x, y) bm_and_at((x), (y), BM_HERE)
#define bm_or(x, y) bm_or_at((x), (y), BM_HERE)
BM_API bm_node bm_where_at(bm_node condition, bm_node x, bm_node y, bm_place here); /**< x where the bool condition holds, else y */
#define bm_where(condition, x, y) bm_where_at((condition), (x), (y), BM_HERE)

/* Short forms, for updates: one step each, with one rounding less. */
BM_API bm_node bm_mix_at(bm_node x, bm_node y, double p, double q, bm_place here);        /**< p x + q y */
BM_API bm_node bm_mix_square_at(bm_node x, bm_node y, double p, double q, bm_place here); /**< p x + q y^2 */
BM_API bm_node bm_sub_product_at(bm_node x, bm_node y, bm_node z, bm_place here);         /**< x - y z */
BM_API bm_node bm_root_product_at(bm_node x, bm_node y, double p, bm_place here);        /**< sqrt(x) y + p */
#define bm_mix(x, y, p, q)        bm_mix_at((x), (y), (p), (q), BM_HERE)
#define bm_mix_square(x, y, p, q) bm_mix_square_at((x), (y), (p), (q), BM_HERE)
#define bm_sub_product(x, y, z)   bm_sub_product_at((x), (y), (z), BM_HERE)
#define bm_root_product(x, y, p)  bm_root_product_at((x), (y), (p), BM_HERE)

/* ---- reductions: bm_sum(x) over all axes to rank 0; bm_sum_over(x, BM_AXES(0)) over some; bm_sum_keep leaves them as 1 ---- */
BM_API bm_node bm_sum_at(bm_node x, bm_axes axes, bool all, bool keep, bm_place here); /**< sum */
BM_API bm_node bm_mean_at(bm_node x, bm_axes axes, bool all, bool keep, bm_place here); /**< mean; of integers BM_E_TYPE */
BM_API bm_node bm_max_at(bm_node x, bm_axes axes, bool all, bool keep, bm_place here); /**< largest; gradient shared among equals */
BM_API bm_node bm_min_at(bm_node x, bm_axes axes, bool all, bool keep, bm_place here); /**< smallest; gradient shared among equals */
BM_API bm_node bm_prod_at(bm_node x, bm_axes axes, bool all, bool keep, bm_place here); /**< product */
BM_API bm_node bm_logsumexp_at(bm_node x, bm_axes axes, bool all, bool keep, bm_place here); /**< log of the sum of e^x, stable */
#define bm_sum(x)            bm_sum_at((x), BM_VALUE(bm_axes, 0), true, false, BM_HERE)
#define bm_sum_over(x, axes) bm_sum_at((x), axes, false, false, BM_HERE)
#define bm_sum_keep(x, axes) bm_sum_at((x), axes, false, true, BM_HERE)
#define bm_mean(x)            bm_mean_at((x), BM_VALUE(bm_axes, 0), true, false, BM_HERE)
#define bm_mean_over(x, axes) bm_mean_at((x), axes, false, false, BM_HERE)
#define bm_mean_keep(x, axes) bm_mean_at((x), axes, false, true, BM_HERE)
#define bm_max(x)            bm_max_at((x), BM_VALUE(bm_axes, 0), true, false, BM_HERE)
#define bm_max_over(x, axes) bm_max_at((x), axes, false, false, BM_HERE)
#define bm_max_keep(x, axes) bm_max_at((x), axes, false, true, BM_HERE)
#define bm_min(x)            bm_min_at((x), BM_VALUE(bm_axes, 0), true, false, BM_HERE)
#define bm_min_over(x, axes) bm_min_at((x), axes, false, false, BM_HERE)
#define bm_min_keep(x, axes) bm_min_at((x), axes, false, true, BM_HERE)
#define bm_prod(x)            bm_prod_at((x), BM_VALUE(bm_axes, 0), true, false, BM_HERE)
#define bm_prod_over(x, axes) bm_prod_at((x), axes, false, false, BM_HERE)
#define bm_prod_keep(x, axes) bm_prod_at((x), axes, false, true, BM_HERE)
#define bm_logsumexp(x)            bm_logsumexp_at((x), BM_VALUE(bm_axes, 0), true, false, BM_HERE)
#define bm_logsumexp_over(x, axes) bm_logsumexp_at((x), axes, false, false, BM_HERE)
#define bm_logsumexp_keep(x, axes) bm_logsumexp_at((x), axes, false, true, BM_HERE)
BM_API bm_node bm_norm_at(bm_node x, double p, bm_axes axes, bool all, bm_place here); /**< (sum |x|^p)^(1/p), p >= 1 or INFINITY */
#define bm_norm(x, p)            bm_norm_at((x), (p), BM_VALUE(bm_axes, 0), true, BM_HERE)
#define bm_norm_over(x, p, axes) bm_norm_at((x), (p), axes, false, BM_HERE)
BM_API bm_node bm_argmax_at(bm_node x, int64_t axis, bm_place here); /**< i64 index of the first largest along an axis; no gradient */
#define bm_argmax(x, axis) bm_argmax_at((x), (axis), BM_HERE)

/* ---- products ---- */
/** Matrix product of the last two axes; leading axes broadcast. A vector is not promoted: reshape it. */
BM_API bm_node bm_matmul_at(bm_node x, bm_node y, bm_place here);
#define bm_matmul(x, y) bm_matmul_at((x), (y), BM_HERE)
/** The same of x or its transpose by y or its transpose, without moving memory. */
BM_API bm_node bm_matmul_of_at(bm_node x, bool x_transposed, bm_node y, bool y_transposed, bm_place here);
#define bm_matmul_of(x, x_transposed, y, y_transposed) bm_matmul_of_at((x), (x_transposed), (y), (y_transposed), BM_HERE)

/* ---- moving ---- */
/** Another shape of as many elements; one dimension may be BM_ANY and follows from the rest. */
BM_API bm_node bm_reshape_op_at(bm_node x, bm_shape shape, bm_place here);
#define bm_reshape_op(x, shape) bm_reshape_op_at((x), shape, BM_HERE)
/** Rows stay, everything else becomes one axis: [n, a, b] to [n, a*b]. */
BM_API bm_node bm_flatten_op_at(bm_node x, bm_place here);
#define bm_flatten_op(x) bm_flatten_op_at((x), BM_HERE)
BM_API bm_node bm_transpose_at(bm_node x, bm_axes order, bm_place here); /**< axis i of the result is axis order[i] of x */
#define bm_transpose(x, order) bm_transpose_at((x), order, BM_HERE)
/** Elements begin[i] .. begin[i]+size[i]-1 of each axis; a negative begin counts from the end; size -1: to the end. */
BM_API bm_node bm_slice_at(bm_node x, bm_axes begin, bm_axes size, bm_place here);
#define bm_slice(x, begin, size) bm_slice_at((x), begin, size, BM_HERE)
BM_API bm_node bm_concat_at(int64_t axis, bm_nodes parts, bm_place here); /**< joined along an axis */
#define bm_concat(axis, ...) bm_concat_at((axis), BM_LIST(bm_nodes, bm_node, __VA_ARGS__), BM_HERE)
BM_API bm_node bm_stack_at(int64_t axis, bm_nodes parts, bm_place here); /**< joined along a new axis */
#define bm_stack(axis, ...) bm_stack_at((axis), BM_LIST(bm_nodes, bm_node, __VA_ARGS__), BM_HERE)
/** count equal parts along an axis into out[0 .. count-1]. Returns the graph's status. */
BM_API bm_status bm_split_at(bm_node x, int64_t axis, int64_t count, bm_node *out, bm_place here);
#define bm_split(x, axis, count, out) bm_split_at((x), (axis), (count), (out), BM_HERE)
BM_API bm_node bm_pad_at(bm_node x, bm_axes before, bm_axes after, double value, bm_place here); /**< value around x */
#define bm_pad(x, before, after, value) bm_pad_at((x), before, after, (value), BM_HERE)
BM_API bm_node bm_tile_at(bm_node x, bm_axes times, bm_place here); /**< x repeated times[i] times along axis i */
#define bm_tile(x, times) bm_tile_at((x), times, BM_HERE)
/** Rows (entries of axis 0) of x by i32 or i64 indices of any shape: indices.shape + x.shape[1:]. A run refuses an index
 *  outside, naming it. */
BM_API bm_node bm_gather_at(bm_node x, bm_node indices, bm_place here);
#define bm_gather(x, indices) bm_gather_at((x), (indices), BM_HERE)
/** A tensor like x with updates (indices.shape + x.shape[1:]) added to its rows; equal indices add up one after the
 *  other, rounded to the type each time. */
BM_API bm_node bm_scatter_add_at(bm_node x, bm_node indices, bm_node updates, bm_place here);
#define bm_scatter_add(x, indices, updates) bm_scatter_add_at((x), (indices), (updates), BM_HERE)
BM_API bm_node bm_one_hot_at(bm_node indices, int64_t depth, bm_type type, bm_place here); /**< a new last axis; all 0 for an index outside */
#define bm_one_hot(indices, depth, type) bm_one_hot_at((indices), (depth), (type), BM_HERE)
BM_API bm_node bm_cast_at(bm_node x, bm_type type, bm_place here); /**< reals to integers towards zero; to bool: is not 0 */
#define bm_cast(x, type) bm_cast_at((x), (type), BM_HERE)

/* ---- shapes that only a run knows ---- */
BM_API bm_node bm_broadcast_like_at(bm_node x, bm_node like, bm_place here); /**< x broadcast to like's shape */
BM_API bm_node bm_sum_like_at(bm_node x, bm_node like, bm_place here);       /**< the reverse: x summed to like's shape */
BM_API bm_node bm_reshape_like_at(bm_node x, bm_node like, bm_place here);   /**< x in like's shape */
BM_API bm_node bm_size_at(bm_node x, bm_type type, bm_place here);           /**< number of elements, rank 0 */
#define bm_broadcast_like(x, like) bm_broadcast_like_at((x), (like), BM_HERE)
#define bm_sum_like(x, like)       bm_sum_like_at((x), (like), BM_HERE)
#define bm_reshape_like(x, like)   bm_reshape_like_at((x), (like), BM_HERE)
#define bm_size(x, type)           bm_size_at((x), (type), BM_HERE)

/* ---- classes ---- */
BM_API bm_node bm_softmax_at(bm_node x, bm_place here);     /**< along the last axis, stable */
BM_API bm_node bm_log_softmax_at(bm_node x, bm_place here); /**< along the last axis, stable */
#define bm_softmax(x)     bm_softmax_at((x), BM_HERE)
#define bm_log_softmax(x) bm_log_softmax_at((x), BM_HERE)
/** -log softmax(logits)[label] of each row: logits [.., classes]; labels integers [..], or reals of the logits' shape (a
 *  distribution each). Finite for finite logits. A run refuses a label outside, naming row and label. */
BM_API bm_node bm_softmax_crossentropy_at(bm_node logits, bm_node labels, bm_place here);
#define bm_softmax_crossentropy(logits, labels) bm_softmax_crossentropy_at((logits), (labels), BM_HERE)
/** log(1 + e^x) - t x, elementwise and stable: targets in [0, 1] of the logits' shape. */
BM_API bm_node bm_sigmoid_crossentropy_at(bm_node logits, bm_node targets, bm_place here);
#define bm_sigmoid_crossentropy(logits, targets) bm_sigmoid_crossentropy_at((logits), (targets), BM_HERE)

/* ---- random: other numbers in each run, the same for the same seed ---- */
/** Numbers of a real type and a known shape, uniform in [low, high) or normal. Philox 4x32-10 (Salmon et al., "Parallel random numbers:
 *  as easy as 1, 2, 3", 2011). Errors on the graph: BM_E_TYPE, BM_E_SHAPE, BM_E_ARGUMENT low > high, deviation < 0, not finite. */
BM_API bm_node bm_random_uniform_at(bm_graph *g, bm_type type, bm_shape shape, double low, double high, bm_place here);
BM_API bm_node bm_random_normal_at(bm_graph *g, bm_type type, bm_shape shape, double mean, double deviation, bm_place here);
BM_API bm_node bm_bernoulli_like_at(bm_node like, double keep, bm_place here); /**< 1 with probability keep, else 0; like's type and shape */
#define bm_random_uniform(g, type, shape, low, high)       bm_random_uniform_at((g), (type), shape, (low), (high), BM_HERE)
#define bm_random_normal(g, type, shape, mean, deviation)  bm_random_normal_at((g), (type), shape, (mean), (deviation), BM_HERE)
#define bm_bernoulli_like(like, keep)                      bm_bernoulli_like_at((like), (keep), BM_HERE)
BM_API bm_node bm_normal_like_at(bm_node like, double mean, double deviation, bm_place here); /**< normal numbers in like's type and shape */
#define bm_normal_like(like, mean, deviation)              bm_normal_like_at((like), (mean), (deviation), BM_HERE)

/* ---- state: an update's value is the variable's new value; in one run all other readers of the variable see the old one ---- */
/** The variable becomes value, variable + value, variable - value; of its type and shape, which is the node's as well.
 *  Errors on the graph: BM_E_ARGUMENT no variable; BM_E_TYPE, BM_E_SHAPE. */
BM_API bm_node bm_assign_at(bm_node variable, bm_node value, bm_place here);
BM_API bm_node bm_assign_add_at(bm_node variable, bm_node value, bm_place here);
BM_API bm_node bm_assign_sub_at(bm_node variable, bm_node value, bm_place here);
#define bm_assign(variable, value)     bm_assign_at((variable), (value), BM_HERE)
#define bm_assign_add(variable, value) bm_assign_add_at((variable), (value), BM_HERE)
#define bm_assign_sub(variable, value) bm_assign_sub_at((variable), (value), BM_HERE)
/** A node that needs all parts and has no value of its own (f32, rank 0, 0): one thing to fetch for many updates. */
BM_API bm_node bm_group_at(bm_nodes parts, bm_place here);
#define bm_group(...) bm_group_at(BM_LIST(bm_nodes, bm_node, __VA_ARGS__), BM_HERE)
BM_API bm_node bm_identity_at(bm_node x, bm_place here);      /**< x itself under another name */
BM_API bm_node bm_stop_gradient_at(bm_node x, bm_place here); /**< x, but a constant to gradients */
#define bm_identity(x)      bm_identity_at((x), BM_HERE)
#define bm_stop_gradient(x) bm_stop_gradient_at((x), BM_HERE)

#ifdef __cplusplus
}
#endif
#endif
