#pragma once

#include <cstdint>
#include <limits>

#include <CLI/App.hpp>  // Validators.hpp does not stand alone

namespace temblor::cli {

/// A whole number from 1 to 2^32 - 1.
inline CLI::Range at_least_one() { return {uint32_t{1}, std::numeric_limits<uint32_t>::max()}; }

}  // namespace temblor::cli
