#pragma once

#include "server/envelope.h"

namespace temblor {

// Reading points over Qdrant's API, other than by search.
Status get_point_route(Service& service, HttpRequest& request, JsonWriter& result);
Status get_points_route(Service& service, HttpRequest& request, JsonWriter& result);
Status scroll_route(Service& service, HttpRequest& request, JsonWriter& result);
Status count_route(Service& service, HttpRequest& request, JsonWriter& result);
Status facet_route(Service& service, HttpRequest& request, JsonWriter& result);

}  // namespace temblor
