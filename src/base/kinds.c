// SPDX-License-Identifier: Apache-2.0
/* Looking into the table of all kinds. It has a few hundred rows and is asked while models are built, not while they run. */
#include "base/kinds.h"
#include "base/text.h"
#include <string.h>

const void *bmi_kind_find(const char *family, const char *name)
{
    for (const bmi_kind *const *table = bmi_all_kinds; *table; table++)
        for (const bmi_kind *k = *table; k->family; k++)
            if (!strcmp(k->name, name) && !strcmp(k->family, family)) return k->record;
    return NULL;
}

const bmi_kind *bmi_kind_at(const char *family, size_t i)
{
    for (const bmi_kind *const *table = bmi_all_kinds; *table; table++)
        for (const bmi_kind *k = *table; k->family; k++)
            if (!strcmp(k->family, family) && i-- == 0) return k;
    return NULL;
}

const char *bmi_kind_nearest(const char *family, const char *name)
{
    const char *both[2] = { NULL, NULL };
    for (const bmi_kind *const *table = bmi_all_kinds; *table; table++)
        for (const bmi_kind *k = *table; k->family; k++) {
            if (strcmp(k->family, family)) continue;
            both[1] = k->name;
            both[0] = bmi_nearest(name, both, 2); /* the best so far against one more */
        }
    return both[0];
}
