// SPDX-License-Identifier: Apache-2.0
/* The fuzz programs are built from the layers base, tensor and format alone, which bring no kinds. */
#include "base/kinds.h"

const bmi_kind *const bmi_all_kinds[] = { NULL };
