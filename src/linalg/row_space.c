// SPDX-License-Identifier: Apache-2.0
/* L and Q of rows. Source: Golub, Van Loan, "Matrix Computations", 4th ed., 5.2, of the transpose. */
#include "linalg/row_space.h"
#include "linalg/householder.h"

void bmi_row_space_factor(bmi_row_space *s, const atomic_int *stop)
{
    for (int64_t j = 0; j < s->m && !(stop && atomic_load_explicit(stop, memory_order_relaxed)); j++) {
        double *v = s->a + j * s->step + j;
        const int64_t rest = s->n - j - 1;
        s->tau[j] = bmi_householder(v, v + 1, rest);
        for (int64_t i = j + 1; i < s->m; i++) {
            double *y = s->a + i * s->step + j;
            bmi_reflect(s->tau[j], v + 1, y, y + 1, rest);
        }
    }
}

void bmi_row_space_leave(const bmi_row_space *s, double *x)
{
    for (int64_t j = s->m; j-- > 0;) bmi_reflect(s->tau[j], s->a + j * s->step + j + 1, x + j, x + j + 1, s->n - j - 1);
}
