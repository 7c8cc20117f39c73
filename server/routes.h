#pragma once

#include <vector>

#include "server/http/router.h"

namespace temblor {

/// Every route of the server.
std::vector<Route> all_routes();

}  // namespace temblor
