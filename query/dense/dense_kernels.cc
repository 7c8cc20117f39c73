#include "query/dense/dense_kernels.h"

#include "query/kernels.h"

namespace temblor {

const DenseKernels& dense_kernels_named(std::string_view kernels_name) {
#if defined(__x86_64__)
    for (const DenseKernels* set :
         {&kernels_internal::kDenseAvx2, &kernels_internal::kDenseAvx512}) {
        if (set->name == kernels_name) return *set;
    }
#endif
    (void)kernels_name;
    return scalar_dense_kernels();
}

const DenseKernels& dense_kernels() {
    static const DenseKernels& chosen = dense_kernels_named(kernels().name);
    return chosen;
}

}  // namespace temblor
