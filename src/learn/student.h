// SPDX-License-Identifier: Apache-2.0
/* Student's t distribution. */
#ifndef BMI_LEARN_STUDENT_H
#define BMI_LEARN_STUDENT_H

/* P(|T| >= |t|) of Student's t with so many degrees of freedom (> 0); NaN where t is. */
double bmi_student_two_sided(double t, double freedom);

#endif
