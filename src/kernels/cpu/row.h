// SPDX-License-Identifier: Apache-2.0
/* Rows: an elementwise operation is one line in a src/ops/elementwise_<family>.c,
 *
 *     BMI_ROW2(add, v_add(a, b), ...)
 *
 * and that file is compiled many times. As a variant (kernels/cpu/variant.h) a row becomes the function
 *     bmi_vec_add_<variant>(n, y, a, b, c, p)            a bmi_vector_fn of kernels/cpu/program.h
 * that evaluates the expression on vectors (kernels/cpu/vector.h, kernels/cpu/math.h). In it the operands are a, b, c
 * (BMI_ROW1 has a, BMI_ROW2 a and b, BMI_ROW3 all, BMI_ROW0 none) and the parameters of the program's step are p0 and p1,
 * the same in all lanes. In the normal build a row becomes the table of its six functions,
 *     const bmi_vector_code bmi_code_add;
 * followed by BMI_ROW_RECORD(name, operands, ...) with the rest of the row; whoever includes this defines that macro first.
 */
#ifndef BMI_KERNELS_CPU_ROW_H
#define BMI_KERNELS_CPU_ROW_H
#include "kernels/cpu/program.h"
#include "kernels/cpu/variant.h"

/* The type of such a function, for declarations. */
typedef void bmi_vector_body(size_t n, void *y, const void *a, const void *b, const void *c, const double *p);

#ifdef BMI_VARIANT
#define VECTOR_PARTS 1 /* a row looks at each lane alone */
#include "kernels/cpu/math.h"

typedef vec bmi_row(vec a, vec b, vec c, vec p0, vec p1);

V vec bmi_row_operand(bool used, const real *x, size_t i, size_t left)
{
    return !used ? v_zero() : left >= LANES ? v_load(x + i) : left == 1 ? v_load_1(x + i) : v_load_n(x + i, left);
}

/* The loop of every row. `operands` is a constant after inlining, so what a row does not use is not loaded. The row stands in
 * it once: whether a vector is the last one, with fewer lanes, decides on loads and stores alone. y may be a, b or c. */
V void bmi_row_loop(bmi_row row, int operands, size_t n, real *y, const real *a, const real *b, const real *c, const double *p)
{
    const vec p0 = v_set((real)p[0]), p1 = v_set((real)p[1]);
    for (size_t i = 0; i < n; i += LANES) {
        const size_t left = n - i;
        size_t rest = left;
        const vec result = row(bmi_row_operand(operands > 0, a, i, left), bmi_row_operand(operands > 1, b, i, left),
                               bmi_row_operand(operands > 2, c, i, left), p0, p1);
        __asm__("" : "+r"(rest)); /* else the compiler writes the row once for each kind of load and store */
        if (rest >= LANES) v_store(y + i, result);
        else if (rest == 1) y[i] = v_first(result);
        else v_store_n(y + i, result, rest);
    }
}

#define BMI_ROW_(name, operands, expression)                                                                    \
    V vec bmi_row_##name(vec a, vec b, vec c, vec p0, vec p1)                                                   \
    {                                                                                                           \
        (void)a, (void)b, (void)c, (void)p0, (void)p1;                                                          \
        return expression;                                                                                      \
    }                                                                                                           \
    bmi_vector_body BMI_V(bmi_vec_##name);                                                                      \
    void BMI_V(bmi_vec_##name)(size_t n, void *y, const void *a, const void *b, const void *c, const double *p) \
    {                                                                                                           \
        bmi_row_loop(bmi_row_##name, operands, n, y, a, b, c, p);                                               \
    }

#define BMI_ROW0(name, expression, ...) BMI_ROW_(name, 0, expression)
#define BMI_ROW1(name, expression, ...) BMI_ROW_(name, 1, expression)
#define BMI_ROW2(name, expression, ...) BMI_ROW_(name, 2, expression)
#define BMI_ROW3(name, expression, ...) BMI_ROW_(name, 3, expression)

#else /* the normal build: expressions are not looked at */
#ifndef BMI_ROW_RECORD
#define BMI_ROW_RECORD(name, operands, ...)
#endif
#define BMI_ROW_(name, operands, ...)                                          \
    BMI_VARIANTS(bmi_vector_body, bmi_vec_##name);                             \
    const bmi_vector_code bmi_code_##name = BMI_VARIANT_TABLE(bmi_vec_##name); \
    BMI_ROW_RECORD(name, operands, __VA_ARGS__)
#define BMI_ROW0(name, expression, ...) BMI_ROW_(name, 0, __VA_ARGS__)
#define BMI_ROW1(name, expression, ...) BMI_ROW_(name, 1, __VA_ARGS__)
#define BMI_ROW2(name, expression, ...) BMI_ROW_(name, 2, __VA_ARGS__)
#define BMI_ROW3(name, expression, ...) BMI_ROW_(name, 3, __VA_ARGS__)
#endif

#endif
