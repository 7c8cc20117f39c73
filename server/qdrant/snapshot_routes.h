#pragma once

#include "server/qdrant/envelope.h"

namespace temblor {

// Snapshots over Qdrant's API. They lie under DATA/snapshots/N, N being the collection's own
// folder, so neither a collection's nor a snapshot's name becomes a path elsewhere. Restoring never
// replaces a collection: the name must be free. Locations are files under DATA/snapshots only.
Status list_snapshots(Service& service, HttpRequest& request, JsonWriter& result);
Status create_snapshot(Service& service, HttpRequest& request, JsonWriter& result);
HttpResponse download_snapshot(Service& service, HttpRequest& request);
Status delete_snapshot(Service& service, HttpRequest& request, JsonWriter& result);
Status recover_snapshot(Service& service, HttpRequest& request, JsonWriter& result);
/// The body is the archive itself, or a form (multipart/form-data) with it as the field `snapshot`.
Status upload_snapshot(Service& service, HttpRequest& request, JsonWriter& result);

}  // namespace temblor
