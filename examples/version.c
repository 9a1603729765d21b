// SPDX-License-Identifier: Apache-2.0
/* The smallest program: which library this is, and how many threads it would use. */
#include <baeum.h>

int main(void)
{
    printf("baeum %s, %lld threads\n", bm_version(), (long long)bm_context_threads(NULL));
    return 0;
}
