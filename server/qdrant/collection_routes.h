#pragma once

#include "server/envelope.h"

namespace temblor {

// Collections, aliases and payload indexes over Qdrant's API.
Status list_collections(Service& service, HttpRequest& request, JsonWriter& result);
Status collection_exists(Service& service, HttpRequest& request, JsonWriter& result);
Status get_collection(Service& service, HttpRequest& request, JsonWriter& result);
Status create_collection(Service& service, HttpRequest& request, JsonWriter& result);
Status update_collection(Service& service, HttpRequest& request, JsonWriter& result);
Status drop_collection(Service& service, HttpRequest& request, JsonWriter& result);
Status create_index(Service& service, HttpRequest& request, JsonWriter& result);
Status drop_index(Service& service, HttpRequest& request, JsonWriter& result);
Status change_aliases(Service& service, HttpRequest& request, JsonWriter& result);
Status list_aliases(Service& service, HttpRequest& request, JsonWriter& result);
Status list_collection_aliases(Service& service, HttpRequest& request, JsonWriter& result);

}  // namespace temblor
