#pragma once

#include <string>
#include <variant>
#include <vector>

#include "data/point.h"
#include "index/collection/write_group.h"
#include "index/payload/filter.h"

namespace temblor {

/// The points that an operation is about: these ids, or all that pass a filter. An id that is free
/// is an error (kNotFound, named) where the operation changes points, and none where it deletes.
using PointTarget = std::variant<std::vector<DocumentId>, Filter>;

/// Operations of a collection. Each is all or nothing: a point that does not fit the schema, or an
/// id that is not there, and nothing of it happens. Text that reads as a number or as a UUID is
/// that id: "17" and 17 are one point.

/// Points with these ids are replaced, new ones added. Of two with one id the later counts.
WriteOperation upsert_points(std::vector<Point> points);
WriteOperation delete_points(PointTarget target);
/// Members of `payload` (JSON object) over those of each point, under `path` if not empty.
WriteOperation set_payload(PointTarget target, std::string payload, std::string path);
/// `payload` in place of each point's.
WriteOperation overwrite_payload(PointTarget target, std::string payload);
WriteOperation delete_payload_keys(PointTarget target, std::vector<std::string> keys);
WriteOperation clear_payload(PointTarget target);
/// The named vectors of each point; its others stay. Payloads of `points` are not looked at.
WriteOperation update_vectors(std::vector<Point> points);
WriteOperation delete_vectors(PointTarget target, std::vector<std::string> names);

/// The id as it is stored: text that reads as a number or UUID becomes one.
DocumentId canonical_id(DocumentId id);

/// Ok when `id` may be stored: text is UTF-8 of 1 to CollectionLimits::kIdBytes bytes.
Status check_point_id(const DocumentId& id);

}  // namespace temblor
