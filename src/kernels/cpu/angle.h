// SPDX-License-Identifier: Apache-2.0
/* Large angles. */
#ifndef BMI_KERNELS_CPU_ANGLE_H
#define BMI_KERNELS_CPU_ANGLE_H

/* x = (4 k + quadrant) pi/2 + high + low with |high| <= pi/4 and quadrant 0 .. 3, exact to about 2^-120 pi for any finite x of
 * at least 2^8; NaN in both parts when x is not finite. Returns the quadrant. */
int bmi_angle_reduce(double x, double *high, double *low);

#endif
