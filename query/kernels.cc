#include "query/kernels.h"

#include <cstdlib>
#include <string_view>
#include <vector>

namespace temblor {
namespace {

std::vector<const Kernels*> detect() {
    std::vector<const Kernels*> found{&scalar_kernels()};
#if defined(__x86_64__)
    __builtin_cpu_init();
    // Half floats came before AVX2; older compilers cannot ask for them.
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
        __builtin_cpu_supports("popcnt")) {
        found.push_back(&kernels_internal::kAvx2);
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
            __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
            found.push_back(&kernels_internal::kAvx512);
        }
    }
#endif
    return found;
}

}  // namespace

std::span<const Kernels* const> supported_kernels() {
    static const std::vector<const Kernels*> found = detect();
    return found;
}

const Kernels& kernels() {
    static const Kernels& chosen = [&]() -> const Kernels& {
        if (const char* wanted = std::getenv("TEMBLOR_KERNELS"); wanted != nullptr) {
            for (const Kernels* k : supported_kernels()) {
                if (k->name == std::string_view(wanted)) return *k;
            }
        }
        return *supported_kernels().back();
    }();
    return chosen;
}

}  // namespace temblor
