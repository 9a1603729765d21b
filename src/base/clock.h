// SPDX-License-Identifier: Apache-2.0
/* The time that work takes. */
#ifndef BMI_BASE_CLOCK_H
#define BMI_BASE_CLOCK_H

/* Seconds of a clock that only goes forward. */
double bmi_now(void);

#endif
