#pragma once

#include <cstdint>
#include <vector>

#include "compress/model/files/config_fields.h"

namespace temblor {

/// How rotary frequencies are stretched past the length a model was first trained on.
enum class RopeKind : uint8_t {
    kPlain,    ///< not at all
    kLinear,   ///< every frequency divided by `factor`
    kDynamic,  ///< the base grows with the length (NTK)
    kLlama3,   ///< low frequencies divided, a smooth band between
    kYarn,     ///< Peng et al. 2023, with its attention factor
    kLong,     ///< one factor a frequency, short and long lists (Phi-3)
};

struct RopeScaling {
    RopeKind kind = RopeKind::kPlain;
    double factor = 1;
    /// Length of the first training; 0: not given.
    int64_t original_length = 0;
    double low_frequency_factor = 1;    ///< llama3
    double high_frequency_factor = 4;   ///< llama3
    double beta_fast = 32;              ///< yarn
    double beta_slow = 1;               ///< yarn
    double mscale = 0;                  ///< yarn; 0: not given
    double mscale_all_dim = 0;          ///< yarn; 0: not given
    double attention_factor = 0;        ///< yarn, long; 0: not given
    bool truncate = true;               ///< yarn: the band's bounds are whole numbers
    std::vector<double> short_factors;  ///< long: half the rotated size of them
    std::vector<double> long_factors;   ///< long: as many
};

/// Reads `rope_scaling` or, as newer files write it, `rope_parameters` (which also holds
/// `rope_theta`) of a config; `theta` is left alone when the file names none. Errors are left in
/// `config`; an unknown kind is one.
RopeScaling read_rope_scaling(ConfigFields& config, double& theta);

}  // namespace temblor
