// SPDX-License-Identifier: Apache-2.0
/* Fuzz target: what --model takes, a learner with settings, a line of layers or JSON: as a learner, and as the layers of a network, which
 * are built. */
#include "fuzz.h"
#include "model/model.h"
#include "base/memory.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    bm_context *context = fuzz_context();
    char *text = bmi_alloc(context, size + 1, 1);
    if (!text) return 0;
    if (size) memcpy(text, bytes, size);
    bm_model *learner = bm_learner_parse(text, NULL), *network = bm_model_parse_at(context, text, (bm_place){ 0 });
    fuzz_check(bm_failed(learner) == (*bm_error(learner) != 0) && bm_failed(network) == (*bm_error(network) != 0));
    fuzz_check(bm_failed(network) || bm_model_parameters(network) >= 0);
    bm_free(learner);
    bm_free(network);
    bmi_release(context, text, size + 1, 1);
    return 0;
}
