// SPDX-License-Identifier: Apache-2.0
/* The record side of elementwise rows (the vector side is kernels/cpu/row.h). A row holds everything about an operation:
 *
 *     BMI_ROW2(mul, v_mul(a, b),                        name; expression on vectors of operands a, b, c and numbers p0, p1
 *              NUMBERS(wrap_mul(a, b)), PUBLIC,         types, with the expression on int64_t; the form of the public function
 *              DX2(bm_mul(dy, b), bm_mul(dy, a)),       derivatives as nodes, of inputs a, b, c, value y and adjoint dy
 *              "x * y",                                 a line of doc
 *              CASE2((1, -2), (4, 5), (4, -10), "by hand"))      examples: inputs, output, where the numbers are from
 *
 * Types:  REALS       f32 or f64; the output is alike
 *         NUMBERS(e)  also i32 and i64: e on int64_t operands, stored modulo the type's width
 *         COMPARE(e)  numbers or u8 in, bool out;   ANY_COMPARE(e) also of bools;   TEST reals in, bool out
 *         LOGIC(e)    bools
 *         CHOICE(e)   a bool, then two inputs of any one type
 * Forms:  PUBLIC      bm_<name>_at(x.., here);   PUBLIC_P1, PUBLIC_P2 with numbers behind the nodes;   INNER, INNER_P none
 * Derivatives: DX1(..) DX2(..) DX3(..), or NO_DX for an operation that counts as constant. What was broadcast is summed back,
 * and none is built for constants.
 */
// clang-format off
#ifndef BMI_OPS_ELEMENTWISE_H
#define BMI_OPS_ELEMENTWISE_H
#ifndef BMI_VARIANT
#include "base/kinds.h"
#include "ops/op.h"

/* What the plain kernel of a row needs. */
typedef int64_t (*bmi_integer_fn)(int64_t a, int64_t b, int64_t c, double p0, double p1);
typedef struct bmi_row {
    const bmi_vector_code *code;
    bmi_integer_fn         integer; /* null: reals only */
    int                    operands;
} bmi_row;

/* The plain kernel of any row: the vector code on contiguous pieces, or the integer expression. `in` are the operands. */
void bmi_row_run(const bm_array *in, const bm_array *out, const bmi_row *row, const bmi_row_args *args);

/* Inference by the row's types. */
bm_status bmi_infer_REALS(bm_infer *i);
bm_status bmi_infer_NUMBERS(bm_infer *i);
bm_status bmi_infer_COMPARE(bm_infer *i);
bm_status bmi_infer_ANY_COMPARE(bm_infer *i);
bm_status bmi_infer_TEST(bm_infer *i);
bm_status bmi_infer_LOGIC(bm_infer *i);
bm_status bmi_infer_CHOICE(bm_infer *i);

/* Whole-number arithmetic modulo 2^64. */
static inline int64_t wrap_add(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }
static inline int64_t wrap_sub(int64_t a, int64_t b) { return (int64_t)((uint64_t)a - (uint64_t)b); }
static inline int64_t wrap_mul(int64_t a, int64_t b) { return (int64_t)((uint64_t)a * (uint64_t)b); }

#define BMI_TYPES_REALS          REALS, false, 0
#define BMI_TYPES_TEST           TEST, false, 0
#define BMI_TYPES_NUMBERS(e)     NUMBERS, true, e
#define BMI_TYPES_COMPARE(e)     COMPARE, true, e
#define BMI_TYPES_ANY_COMPARE(e) ANY_COMPARE, true, e
#define BMI_TYPES_LOGIC(e)       LOGIC, true, e
#define BMI_TYPES_CHOICE(e)      CHOICE, true, e

#define BMI_DX_SET(i, x, e) if (bmi_may_need(x)) dx[i] = bmi_undo_row(e, y, i);
#define BMI_BODY_NO_DX
#define BMI_BODY_DX1(e0)         if (bmi_may_need(a)) dx[0] = e0;
#define BMI_BODY_DX2(e0, e1)     BMI_DX_SET(0, a, e0) BMI_DX_SET(1, b, e1)
#define BMI_BODY_DX3(e0, e1, e2) BMI_DX_SET(0, a, e0) BMI_DX_SET(1, b, e1) BMI_DX_SET(2, c, e2)
#define BMI_FLAG_NO_DX    BM_OP_NO_GRADIENT
#define BMI_FLAG_DX1(...) 0
#define BMI_FLAG_DX2(...) 0
#define BMI_FLAG_DX3(...) 0

#define BMI_ARGS_PUBLIC    0
#define BMI_ARGS_PUBLIC_P1 sizeof(bmi_row_args)
#define BMI_ARGS_PUBLIC_P2 sizeof(bmi_row_args)
#define BMI_ARGS_INNER     0
#define BMI_ARGS_INNER_P   sizeof(bmi_row_args)
#define BMI_FORM_PUBLIC_1(name) bm_node bm_##name##_at(bm_node x, bm_place here) { return bmi_op1(&bmi_op_##name, NULL, x, here); }
#define BMI_FORM_PUBLIC_2(name) \
    bm_node bm_##name##_at(bm_node x, bm_node y, bm_place here) { return bmi_op2(&bmi_op_##name, NULL, x, y, here); }
#define BMI_FORM_PUBLIC_3(name) \
    bm_node bm_##name##_at(bm_node x, bm_node y, bm_node z, bm_place here) { return bmi_op3(&bmi_op_##name, NULL, x, y, z, here); }
#define BMI_FORM_PUBLIC_P1_1(name) \
    bm_node bm_##name##_at(bm_node x, double p, bm_place here) { return bmi_op1(&bmi_op_##name, &(bmi_row_args){ { p, 0 } }, x, here); }
#define BMI_FORM_PUBLIC_P2_1(name) \
    bm_node bm_##name##_at(bm_node x, double p, double q, bm_place here) { return bmi_op1(&bmi_op_##name, &(bmi_row_args){ { p, q } }, x, here); }
#define BMI_FORM_PUBLIC_P1_2(name)                                                                        \
    bm_node bm_##name##_at(bm_node x, bm_node y, double p, bm_place here)                                \
    {                                                                                                     \
        return bmi_op2(&bmi_op_##name, &(bmi_row_args){ { p, 0 } }, x, y, here);                          \
    }
#define BMI_FORM_PUBLIC_P2_2(name)                                                                        \
    bm_node bm_##name##_at(bm_node x, bm_node y, double p, double q, bm_place here)                      \
    {                                                                                                     \
        return bmi_op2(&bmi_op_##name, &(bmi_row_args){ { p, q } }, x, y, here);                          \
    }
#define BMI_FORM_INNER_1(name)
#define BMI_FORM_INNER_2(name)
#define BMI_FORM_INNER_3(name)
#define BMI_FORM_INNER_P_1(name)
#define BMI_FORM_INNER_P_2(name)

/* Nodes of inner rows, for derivatives. */
#define BMI_INNER1(name, x)         bmi_op1(&bmi_op_##name, NULL, x, BM_HERE)
#define BMI_INNER2(name, x, y)      bmi_op2(&bmi_op_##name, NULL, x, y, BM_HERE)
#define BMI_INNER2_P(name, x, y, p, q) bmi_op2(&bmi_op_##name, &(bmi_row_args){ { p, q } }, x, y, BM_HERE)

/* Examples: numbers in parentheses; _P with numbers p0 and p1, _AS of one type, CASE3 with a bool first. */
#define BMI_CASE_DIMS(list)      { 1, { sizeof(BMI_REALS list) / sizeof(double) } }
#define BMI_CASE_IN1(a)          .in = { BMI_REALS a }, .in_shape = { BMI_CASE_DIMS(a) }
#define BMI_CASE_IN2(a, b)       .in = { BMI_REALS a, BMI_REALS b }, .in_shape = { BMI_CASE_DIMS(a), BMI_CASE_DIMS(b) }
#define BMI_CASE_OUT(y, from)    .out = BMI_REALS y, .shape = BMI_CASE_DIMS(y), .source = from
#define BMI_CASE_ARGS(p0, p1)    .args = &(const bmi_row_args){ { p0, p1 } }
#define CASE1(a, y, from)                 { BMI_CASE_IN1(a), BMI_CASE_OUT(y, from) }
#define CASE1_P(a, p0, p1, y, from)       { BMI_CASE_IN1(a), BMI_CASE_ARGS(p0, p1), BMI_CASE_OUT(y, from) }
#define CASE1_AS(t, a, y, from)           { BMI_CASE_IN1(a), .in_type = { t }, BMI_CASE_OUT(y, from) }
#define CASE2(a, b, y, from)              { BMI_CASE_IN2(a, b), BMI_CASE_OUT(y, from) }
#define CASE2_P(a, b, p0, p1, y, from)    { BMI_CASE_IN2(a, b), BMI_CASE_ARGS(p0, p1), BMI_CASE_OUT(y, from) }
#define CASE2_AS(t, a, b, y, from)        { BMI_CASE_IN2(a, b), .in_type = { t, t }, BMI_CASE_OUT(y, from) }
#define CASE3(a, b, c, y, from)                                                                                \
    { .in = { BMI_REALS a, BMI_REALS b, BMI_REALS c }, .in_type = { BM_BOOL },                                 \
      .in_shape = { BMI_CASE_DIMS(a), BMI_CASE_DIMS(b), BMI_CASE_DIMS(c) }, BMI_CASE_OUT(y, from) }

#define BMI_ROW_RECORD(name, operands, types, form, dx, doc_, ...) \
    BMI_ROW_MAKE(name, operands, BMI_TYPES_##types, BMI_FORM_##form##_##operands(name), BMI_ARGS_##form, BMI_BODY_##dx, BMI_FLAG_##dx, doc_, __VA_ARGS__)
#define BMI_ROW_MAKE(...) BMI_ROW_MADE(__VA_ARGS__)
#define BMI_ROW_MADE(op_, operands, rule, has, whole, public_, argsize, body, flag, doc_, ...)                         \
    extern const bm_op bmi_op_##op_;                                                                                  \
    static int64_t integer_##op_(int64_t a, int64_t b, int64_t c, double p0, double p1)                               \
    {                                                                                                                  \
        (void)a, (void)b, (void)c, (void)p0, (void)p1;                                                                 \
        return whole;                                                                                                  \
    }                                                                                                                  \
    static const bmi_row row_##op_ = { &bmi_code_##op_, has ? integer_##op_ : NULL, operands };                     \
    static void run_##op_(const bm_call *call) { bmi_row_run(call->in, &call->out, &row_##op_, call->args); }        \
    static void grad_##op_(bm_node y, bm_node dy, bm_node *dx)                                                        \
    {                                                                                                                  \
        const bm_node a = bm_node_in(y, 0), b = bm_node_in(y, 1), c = bm_node_in(y, 2);                                \
        const double  p0 = bmi_row_number(y, 0), p1 = bmi_row_number(y, 1);                                            \
        (void)a, (void)b, (void)c, (void)p0, (void)p1, (void)dy, (void)dx;                                             \
        body                                                                                                           \
    }                                                                                                                  \
    static const bm_example examples_##op_[] = { __VA_ARGS__ };                                                       \
    const bm_op bmi_op_##op_ = { .size = sizeof(bm_op), .name = #op_, .n_in = operands, .args_size = argsize,        \
                                  .flags = BM_OP_ELEMENTWISE | flag, .infer = bmi_infer_##rule, .grad = grad_##op_,   \
                                  .run = run_##op_, BMI_EXAMPLES(examples_##op_), .doc = doc_,                       \
                                  .vector = &bmi_code_##op_ };                                                        \
    public_

/* Number i of a row's node; 0 when it has none. */
static inline double bmi_row_number(bm_node y, int i)
{
    const bmi_row_args *args = bm_node_args(y);
    return args ? args->p[i] : 0;
}

/* Rows that derivatives of other files use too. */
extern const bm_op bmi_op_sigmoid_grad, bmi_op_tanh_grad, bmi_op_relu_grad;
extern const bmi_vector_code bmi_code_copy, bmi_code_add, bmi_code_sub, bmi_code_div, bmi_code_sub_product;
#endif

#include "kernels/cpu/row.h"
#endif
