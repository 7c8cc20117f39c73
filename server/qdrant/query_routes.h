#pragma once

#include "server/envelope.h"

namespace temblor {

// Searching over Qdrant's API.
Status query_route(Service& service, HttpRequest& request, JsonWriter& result);
Status query_batch_route(Service& service, HttpRequest& request, JsonWriter& result);
Status query_groups_route(Service& service, HttpRequest& request, JsonWriter& result);
Status search_route(Service& service, HttpRequest& request, JsonWriter& result);
Status search_batch_route(Service& service, HttpRequest& request, JsonWriter& result);
Status search_groups_route(Service& service, HttpRequest& request, JsonWriter& result);

}  // namespace temblor
