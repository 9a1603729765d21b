// SPDX-License-Identifier: Apache-2.0
/* Which instruction set runs: asked of the processor and the operating system (the compiler's check reads CPUID and XGETBV). */
#include "kernels/cpu/variant.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

bool bmi_isa_has(bmi_isa isa)
{
    switch (isa) {
    case BMI_BASELINE: return true;
#if BMI_HAS_X86
    case BMI_AVX2: __builtin_cpu_init(); return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case BMI_AVX512:
        return bmi_isa_has(BMI_AVX2) && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
#endif
    default: return false;
    }
}

const char *bmi_isa_name(bmi_isa isa)
{
    static const char *const names[BMI_ISA_COUNT] = { "baseline", "avx2", "avx512" };
    return (unsigned)isa < BMI_ISA_COUNT ? names[isa] : "unknown instruction set";
}

static bmi_isa choose(void)
{
    const char *asked = getenv("BAEUM_ISA");
    for (int isa = BMI_ISA_COUNT - 1; asked && isa >= 0; isa--)
        if (!strcmp(asked, bmi_isa_name((bmi_isa)isa)) && bmi_isa_has((bmi_isa)isa)) return (bmi_isa)isa;
    for (int isa = BMI_ISA_COUNT - 1; isa > 0; isa--)
        if (bmi_isa_has((bmi_isa)isa)) return (bmi_isa)isa;
    return BMI_BASELINE;
}

bmi_isa bmi_isa_now(void)
{
    static atomic_int chosen; /* the set + 1; 0 before the first call, then the same for good */
    int now = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (!now) {
        const int found = (int)choose() + 1;
        now = atomic_compare_exchange_strong(&chosen, &now, found) ? found : now;
    }
    return (bmi_isa)(now - 1);
}
