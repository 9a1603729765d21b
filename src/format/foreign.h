// SPDX-License-Identifier: Apache-2.0
/* Files that were meant as a table but are something else. */
#ifndef BMI_FORMAT_FOREIGN_H
#define BMI_FORMAT_FOREIGN_H
#include "format/source.h"

/* BM_E_FORMAT when the first bytes are those of a known kind of file that is no table in text: says which, and what to do. */
bm_status bmi_foreign(bmi_error *e, bm_place here, const bmi_source *s);

#endif
