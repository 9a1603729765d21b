// SPDX-License-Identifier: Apache-2.0
/* Large pages for large memory. */
#ifndef BMI_BASE_PAGES_H
#define BMI_BASE_PAGES_H
#include <stddef.h>

#define BMI_LARGE_PAGE ((size_t)2 << 20)

/* Asks for large pages under memory that begins at a multiple of BMI_LARGE_PAGE. The part behind the last whole one is left alone. */
void bmi_pages_advise(void *at, size_t bytes);

#endif
