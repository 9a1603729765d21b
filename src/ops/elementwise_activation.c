// SPDX-License-Identifier: Apache-2.0
/* Activations. Where it can be, the gradient is one inner row of the value y and the adjoint dy, so that a training step keeps
 * y alone and may overwrite x.
 *
 * Sources  ReLU: Nair and Hinton, 2010; leaky ReLU: Maas, Hannun, Ng, 2013; ELU: Clevert, Unterthiner, Hochreiter, 2016; SELU:
 *          Klambauer et al., 2017; GELU: Hendrycks and Gimpel, 2016; SiLU: Elfwing, Uchibe, Doya, 2018; softplus: Dugas et al.,
 *          2001; softsign: Bergstra et al., 2009.
 */
// clang-format off
#include "ops/elementwise.h"

#define SELU_SCALE 1.0507009873554805
#define SELU_ALPHA 1.6732632423543772

#ifndef BMI_VARIANT
extern const bm_op bmi_op_leaky_relu_grad, bmi_op_elu_grad, bmi_op_selu_grad, bmi_op_gelu_slope, bmi_op_silu_slope;

/* elu from its value where alpha > 0 tells the sides apart, else from x. */
static bm_node elu_dx(bm_node x, bm_node y, bm_node dy, double alpha)
{
    if (alpha >= 0) return BMI_INNER2_P(elu_grad, y, dy, alpha, 0);
    return bm_mul(dy, bm_where(bm_greater(x, bmi_number_like(x, 0)), bmi_number_like(x, 1), bm_shift(y, alpha)));
}

/* phi(x) (2 - x^2), phi the normal density. */
static bm_node gelu_curve(bm_node x)
{
    const bm_node square = bm_square(x);
    return bm_mul(bm_scale(bm_exp(bm_scale(square, -.5)), .3989422804014327), bm_shift(bm_neg(square), 2));
}

/* s(1-s) (2 + x (1 - 2s)), s the sigmoid of x. */
static bm_node silu_curve(bm_node x)
{
    const bm_node s = bm_sigmoid(x);
    return bm_mul(bm_sub(s, bm_square(s)), bm_shift(bm_mul(x, bm_shift(bm_scale(s, -2), 1)), 2));
}
#endif

BMI_ROW1(sigmoid, v_sigmoid(a), REALS, PUBLIC, DX1(BMI_INNER2(sigmoid_grad, y, dy)), "1 / (1 + e^-x)",
         CASE1((-2, 0, 1, 1000, -1000), (.11920292202211755, .5, .7310585786300049, 1, 0), "scipy 1.17: scipy.special.expit"))

BMI_ROW2(sigmoid_grad, v_mul(b, v_mul(a, v_sub(v_set(1), a))), REALS, INNER,
         DX2(bm_mul(dy, bm_mul(b, bm_shift(bm_scale(a, -2), 1))), BMI_INNER2(sigmoid_grad, a, dy)), "dy y (1 - y): the gradient of sigmoid from its value",
         CASE2((.5, .2), (2, -3), (.5, -.48), "by hand"))

BMI_ROW1(tanh, v_tanh(a), REALS, PUBLIC, DX1(BMI_INNER2(tanh_grad, y, dy)), "hyperbolic tangent",
         CASE1((-2, 0, .5, 1000), (-.9640275800758169, 0, .46211715726000973, 1), "numpy 2.4: np.tanh"))

BMI_ROW2(tanh_grad, v_mul(b, v_fnma(a, a, v_set(1))), REALS, INNER,
         DX2(bm_mul(dy, bm_mul(b, bm_scale(a, -2))), BMI_INNER2(tanh_grad, a, dy)), "dy (1 - y^2): the gradient of tanh from its value",
         CASE2((.5, -.2), (2, -3), (1.5, -2.88), "by hand"))

BMI_ROW1(relu, v_max_or(v_zero(), a), REALS, PUBLIC, DX1(BMI_INNER2(relu_grad, y, dy)), "max(x, 0); derivative 0 at 0",
         CASE1((-2, 0, .5), (0, 0, .5), "by hand"))

BMI_ROW2(relu_grad, v_keep(v_gt(a, v_zero()), b), REALS, INNER, DX2(bmi_node_failed(a.graph), BMI_INNER2(relu_grad, a, dy)),
         "dy where y > 0, else 0: the gradient of relu from its value", CASE2((-2, 0, .5), (1, 2, 3), (0, 0, 3), "by hand"))

BMI_ROW1(leaky_relu, v_select(v_gt(a, v_zero()), a, v_mul(p0, a)), REALS, PUBLIC_P1, DX1(BMI_INNER2_P(leaky_relu_grad, p0 >= 0 ? y : a, dy, p0, 0)),
         "x where x > 0, else slope * x", CASE1_P((-10, 0, 5), .5, 0, (-5, 0, 5), "by hand"))

BMI_ROW2(leaky_relu_grad, v_select(v_gt(a, v_zero()), b, v_mul(p0, b)), REALS, INNER_P,
         DX2(bmi_node_failed(a.graph), BMI_INNER2_P(leaky_relu_grad, a, dy, p0, 0)), "dy where y > 0, else slope * dy: the gradient of leaky_relu",
         CASE2_P((-10, 0, 5), (2, 4, 6), .5, 0, (1, 2, 6), "by hand"))

BMI_ROW1(elu, v_elu(a, p0), REALS, PUBLIC_P1, DX1(elu_dx(a, y, dy, p0)),
         "x where x > 0, else alpha * (e^x - 1)", CASE1_P((-1, 0, 2), 1.5, 0, (-.9481808382428366, 0, 2), "numpy 2.4: 1.5 * np.expm1(x)"))

BMI_ROW2(elu_grad, v_select(v_gt(a, v_zero()), b, v_mul(b, v_add(a, p0))), REALS, INNER_P,
         DX2(bm_mul(dy, bm_where(bm_greater(a, bmi_number_like(a, 0)), bmi_number_like(a, 0), b)), BMI_INNER2_P(elu_grad, a, dy, p0, 0)),
         "dy where y > 0, else dy (y + alpha): the gradient of elu from its value", CASE2_P((-.5, 0, 2), (2, 3, 4), 1.5, 0, (2, 4.5, 4), "by hand"))

BMI_ROW1(selu, v_mul(v_set((real)SELU_SCALE), v_select(v_gt(a, v_zero()), a, v_mul(v_set((real)SELU_ALPHA), v_expm1(a)))), REALS, PUBLIC,
         DX1(BMI_INNER2(selu_grad, y, dy)), "scaled ELU",
         CASE1((-1, 0, 2), (-1.1113307378125625, 0, 2.101401974710961), "numpy 2.4: 1.0507009873554805 * where(x > 0, x, 1.6732632423543772 * np.expm1(x))"))

BMI_ROW2(selu_grad, v_mul(b, v_select(v_gt(a, v_zero()), v_set((real)SELU_SCALE), v_add(a, v_set(R(1.7580993408473766))))), REALS, INNER,
         DX2(bm_mul(dy, bm_where(bm_greater(a, bmi_number_like(a, 0)), bmi_number_like(a, 0), b)), BMI_INNER2(selu_grad, a, dy)),
         "scale dy where y > 0, else dy (y + scale alpha): the gradient of selu from its value",
         CASE2((-.5, 2), (2, 1), (2.5161986816947533, 1.0507009873554805), "by hand"))

BMI_ROW1(gelu, v_gelu(a), REALS, PUBLIC,
         DX1(bm_mul(dy, BMI_INNER1(gelu_slope, a))), "x Phi(x), Phi the normal distribution function",
         CASE1((-1, 0, .5, 3), (-.15865525393145707, 0, .34573123063700656, 2.99595030590511), "scipy 1.17: x * scipy.stats.norm.cdf(x)"))

BMI_ROW1(gelu_slope, v_gelu_slope(a), REALS, INNER,
         DX1(bm_mul(dy, gelu_curve(a))), "Phi(x) + x phi(x): the derivative of gelu",
         CASE1((-1, 0, .5), (-.08331547058768629, .5, .8674951246561629), "scipy 1.17: norm.cdf(x) + x * norm.pdf(x)"))

BMI_ROW1(silu, v_silu(a), REALS, PUBLIC, DX1(bm_mul(dy, BMI_INNER1(silu_slope, a))), "x sigmoid(x)",
         CASE1((-1, 0, 2), (-.2689414213699951, 0, 1.7615941559557646), "scipy 1.17: x * scipy.special.expit(x)"))

BMI_ROW1(silu_slope, v_silu_slope(a), REALS, INNER, DX1(bm_mul(dy, silu_curve(a))),
         "s (1 + x (1 - s)), s = sigmoid(x): the derivative of silu",
         CASE1((-1, 0, 2), (.07232948812851325, .5, 1.0907842487848955), "scipy 1.17: s * (1 + x * (1 - s))"))

BMI_ROW1(softplus, v_softplus(a), REALS, PUBLIC, DX1(bm_mul(dy, bm_sigmoid(a))), "log(1 + e^x)",
         CASE1((-1, 0, 1000, -1000), (.31326168751822286, .6931471805599453, 1000, 0), "numpy 2.4: np.logaddexp(0, x)"))

BMI_ROW1(softsign, v_softsign(a), REALS, PUBLIC, DX1(bm_mul(dy, bm_square(bm_shift(bm_neg(bm_abs(y)), 1)))), "x / (1 + |x|)",
         CASE1((-1, 0, 3), (-.5, 0, .75), "by hand"))

BMI_ROW1(step, v_truth(v_gt(a, v_zero())), REALS, PUBLIC, NO_DX, "1 where x > 0, else 0; constant to gradients", CASE1((-2, 0, .5), (0, 0, 1), "by hand"))

BMI_ROW2(sigmoid_crossentropy, v_add(v_sub(v_max_or(v_zero(), a), v_mul(a, b)), v_log1p(v_exp(v_neg(v_abs(a))))), REALS, PUBLIC, DX2(bm_mul(dy, bm_sub(bm_sigmoid(a), b)), bm_neg(bm_mul(dy, a))),
         "log(1 + e^x) - t x: the cross-entropy of sigmoid(x) against targets t",
         CASE2((-1, 2, 1000), (0, 1, 1), (.31326168751822286, .1269280110429725, 0), "numpy 2.4: np.logaddexp(0, x) - t * x"))

#ifndef BMI_VARIANT
const bmi_kind bmi_kinds_op_elementwise_activation[] = {
    BMI_OP_KIND(sigmoid), BMI_OP_KIND(sigmoid_grad), BMI_OP_KIND(tanh), BMI_OP_KIND(tanh_grad), BMI_OP_KIND(relu), BMI_OP_KIND(relu_grad),
    BMI_OP_KIND(leaky_relu), BMI_OP_KIND(leaky_relu_grad), BMI_OP_KIND(elu), BMI_OP_KIND(elu_grad), BMI_OP_KIND(selu), BMI_OP_KIND(selu_grad),
    BMI_OP_KIND(gelu), BMI_OP_KIND(gelu_slope), BMI_OP_KIND(silu), BMI_OP_KIND(silu_slope), BMI_OP_KIND(softplus), BMI_OP_KIND(softsign),
    BMI_OP_KIND(step), BMI_OP_KIND(sigmoid_crossentropy), { 0 },
};
#endif
