// SPDX-License-Identifier: Apache-2.0
/* Objects: making, counting users, ending, errors; copying options that may be older or newer than the library. */
#include "base/object.h"
#include "base/context.h"
#include "base/memory.h"
#include <string.h>

void *bmi_object_new(bm_context *context, const bmi_object_kind *kind, size_t bytes)
{
    bmi_object *o = bmi_alloc(context, 1, bytes);
    if (!o) return NULL;
    o->kind = kind;
    o->users = 1;
    o->bytes = bytes;
    o->context = bmi_object_keep(context);
    if (context) bmi_fail_from(&o->error, &context->object.error);
    return o;
}

void *bmi_object_keep(void *object)
{
    bmi_object *o = object;
    if (o && o->users >= 0) atomic_fetch_add_explicit(&o->users, 1, memory_order_relaxed);
    return object;
}

void bmi_object_free(void *object)
{
    bmi_object *o = object;
    if (!o || o->users < 0) return;
    if (atomic_fetch_sub_explicit(&o->users, 1, memory_order_acq_rel) > 1) return;
    bm_context *const context = o->context;
    const size_t bytes = o->bytes;
    const bool released = o->kind->ends_itself;
    if (o->kind->end) o->kind->end(o);
    if (released) return;
    bmi_release(context, o, 1, bytes);
    bmi_object_free(context);
}

bool bmi_object_failed(const void *object)
{
    const bmi_object *o = object;
    return !o || o->error.status;
}

bm_status bmi_object_fail(void *object, bm_status status, bm_place here, const char *format, ...)
{
    bmi_object *o = object;
    if (!o) return BM_E_MEMORY;
    if (o->users < 0 || o->error.status) return o->error.status;
    va_list list;
    va_start(list, format);
    bmi_fail_v(&o->error, status, here, format, list);
    va_end(list);
    return o->error.status;
}

const char *bmi_object_error(const void *object)
{
    const bmi_object *o = object;
    return o ? o->error.text : "no object (null)";
}

bm_status bmi_object_status(const void *object)
{
    const bmi_object *o = object;
    return o ? o->error.status : BM_E_ARGUMENT;
}

void bmi_object_report(const void *object, FILE *to)
{
    if (!bmi_object_failed(object)) return;
    fputs(bmi_object_error(object), to);
    fputc('\n', to);
}

void bmi_object_clear(void *object)
{
    bmi_object *o = object;
    if (!o || o->users < 0 || (o->kind->made && !o->kind->made(o))) return;
    o->error.status = BM_OK;
    o->error.text[0] = 0;
}

bm_status bmi_options_copy(bmi_error *e, bm_place here, void *into, size_t known, size_t guard_offset, const void *options,
                           size_t size)
{
    memset(into, 0, known);
    if (!options) return e->status;
    const unsigned char *bytes = options;
    for (size_t i = known; i < size; i++)
        if (bytes[i])
            return bmi_fail(
                e, BM_E_ARGUMENT, here,
                "newer options than this library knows: %zu bytes, of which it knows %zu, and a field beyond them is set; "
                "use a library at least as new as the header",
                size, known);
    memcpy(into, options, size < known ? size : known);
    if (guard_offset <= known - sizeof(void *) && known >= sizeof(void *)) {
        void *guard;
        memcpy(&guard, (unsigned char *)into + guard_offset, sizeof guard);
        if (guard)
            return bmi_fail(e, BM_E_ARGUMENT, here,
                            "options after the first must be named, as in (.name = value), not given by position");
    }
    return e->status;
}

bm_status bmi_object_fail_with(void *object, const void *argument, bm_place here, const char *what)
{
    if (!argument) return bmi_object_fail(object, BM_E_ARGUMENT, here, "%s is null", what);
    const bmi_error e = ((const bmi_object *)argument)->error;
    return bmi_object_fail(object, e.status, (bm_place){ 0 }, "%s", e.text);
}
