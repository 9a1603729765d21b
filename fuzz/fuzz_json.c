// SPDX-License-Identifier: Apache-2.0
/* Fuzz target: bytes as JSON, taken and refused as jansson does (which knows other depths, and ends at a NUL byte), and written as it
 * was read.
 */
#include "base/json.h"
#include "fuzz.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    bmi_error e = { 0 };
    bmi_text t = { .context = NULL };
    json_t *ours = bmi_json_read(&e, (bm_place){ 0 }, NULL, "f", (const char *)bytes, size);
    if (!ours && (e.status != BM_E_FORMAT || !*e.text)) abort();
    if (!ours && strstr(e.text, "nested too deeply")) return 0;
    if (!memchr(bytes, 0, size)) {
        json_t *theirs = json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
        if (!ours != !theirs || (ours && !json_equal(ours, theirs))) abort();
        json_decref(theirs);
    }
    if (ours) {
        if (!bmi_text_json(&t, ours, JSON_COMPACT | JSON_ENCODE_ANY)) abort();
        json_t *again = bmi_json_read(&e, (bm_place){ 0 }, NULL, "f", t.at, t.length);
        if (!again || !json_equal(ours, again)) abort();
        json_decref(again);
    }
    bmi_text_end(&t);
    json_decref(ours);
    return 0;
}
