#pragma once

#include "index/build_parameters.h"

namespace boost::json {
class object;
}

namespace temblor::cli {

/// Build parameters under the names of the flags that set them, with underscores.
boost::json::object parameters_json(const BuildParameters& parameters);

}  // namespace temblor::cli
