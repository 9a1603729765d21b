// SPDX-License-Identifier: Apache-2.0
/* What steps and splits need of dates: they are read where columns are. */
#ifndef BMI_DATA_DATETIME_H
#define BMI_DATA_DATETIME_H
#include "format/datetime.h"

#endif
