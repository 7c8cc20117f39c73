#pragma once

#include <exception>
#include <string>
#include <utility>

#include "data/status.h"

namespace temblor {

/// The exception in flight as a status: kResourceExhausted when memory ran out, else kInternal with
/// libtorch's message without its stack.
Status torch_error(std::string_view what);

/// Runs `work`, which returns a Status or a Result, and turns what libtorch throws into an error
/// that begins with `what`. Every public function of a model goes through it.
template <typename Work>
auto catch_torch(std::string_view what, Work&& work) -> decltype(work()) {
    try {
        return std::forward<Work>(work)();
    } catch (...) {
        return torch_error(what);
    }
}

}  // namespace temblor
