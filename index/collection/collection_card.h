#pragma once

#include <string>

#include "data/io/file_system.h"
#include "data/status.h"
#include "index/collection/schema.h"

namespace temblor {

/// collection.json in a collection's folder: what a store needs to know when its catalog or the
/// collection's database is damaged. Written once, so the schema's payload indexes are those of the
/// beginning.
struct CollectionCard {
    std::string name;
    Schema schema;

    Status write(const std::string& folder, FileSystem& files) const;
    /// Errors: kNotFound, kCorruption.
    static Result<CollectionCard> read(const std::string& folder, FileSystem& files);
};

}  // namespace temblor
