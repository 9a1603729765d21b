// SPDX-License-Identifier: Apache-2.0
/* Products of columns up to a degree: how many, and on a row of plain numbers. */
#ifndef BMI_NN_LAYERS_POLYNOMIAL_H
#define BMI_NN_LAYERS_POLYNOMIAL_H
#include <stdbool.h>
#include <stdint.h>

enum { BMI_POLYNOMIAL_MOST = 20000 };
/* All products; -1: more than BMI_POLYNOMIAL_MOST. */
int64_t bmi_polynomial_columns(int64_t n, int64_t degree, bool interactions);
/* Those of exactly this degree that begin with column `first` or one behind it. */
int64_t bmi_polynomial_tail(int64_t n, int64_t degree, int64_t first, bool interactions);
/* The products behind the n columns of a row, as the layer makes them. */
void bmi_polynomial_row(int64_t n, int64_t degree, bool interactions, double *row);

#endif
