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

const bmi_error *bmi_object_why(const void *object)
{
    static const bmi_error null = { .status = BM_E_ARGUMENT, .text = "no object (null)" };
    return object ? &((const bmi_object *)object)->error : &null;
}

const char *bmi_object_error(const void *object)
{
    return bmi_object_why(object)->text;
}

bm_status bmi_object_status(const void *object)
{
    return bmi_object_why(object)->status;
}

bm_status bmi_fail_of(bmi_error *e, const void *failed, bm_place here)
{
    const bmi_error *why = bmi_object_why(failed);
    const int from = why->advice_from, to = why->advice_to;
    if (!to) return bmi_fail_as(e, why->cause, why->status, here, "%s", why->text);
    return bmi_fail_as(e, why->cause, why->status, here, "%.*s\001%.*s\002%s", from, why->text, to - from, why->text + from,
                       why->text + to);
}

bm_status bmi_object_fail_of(void *object, const void *failed, bm_place here)
{
    bmi_object *o = object;
    if (!o) return BM_E_MEMORY;
    return o->users < 0 ? o->error.status : bmi_fail_of(&o->error, failed, here);
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
    o->error = (bmi_error){ 0 };
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
    return bmi_object_fail_of(object, argument, (bm_place){ 0 });
}
