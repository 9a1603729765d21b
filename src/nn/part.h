// SPDX-License-Identifier: Apache-2.0
/* Parts, which layers and optimisers are, lie below: steps of recipes are parts, too. */
#ifndef BMI_NN_PART_H
#define BMI_NN_PART_H
#include "base/part.h"

#endif
