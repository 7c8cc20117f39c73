#pragma once

#include <string>

#include "data/io/file_system.h"
#include "data/progress.h"
#include "data/status.h"
#include "index/collection/snapshot_manifest.h"

namespace temblor {

/// A snapshot is a tar (POSIX pax) of one collection at one moment, made by Collection::snapshot():
/// manifest.json, then the database's files (db/NAME) and those of its segments
/// (segments/NUMBER/NAME), each with size and XXH3-64 in the manifest, which has a checksum of its
/// own. A segment that was damaged at that moment is left out; the restored collection rebuilds it
/// from the database. Checksums guard against damage, not against forgery.

/// What the archive says of itself; the rest of it is not looked at. Errors: kNotFound, kIoError,
/// kCorruption (names the member), kUnimplemented (another format version).
Result<SnapshotManifest> read_snapshot_manifest(const std::string& archive);

/// Makes `folder` a collection as it was when the snapshot was taken. `folder` must not exist or be
/// empty; its parent must exist. Everything is checked before the folder gets its name: a missing,
/// extra, cut, renamed or changed member is kCorruption and named. After an error or an
/// interruption (kCancelled) nothing is left; after a crash `folder` + ".restoring" may be, which
/// the next call removes. One call at a time for one folder. Other errors: kNotFound,
/// kAlreadyExists, kIoError, kResourceExhausted.
Status restore_snapshot(const std::string& archive, const std::string& folder, FileSystem& files,
                        Progress& progress);

}  // namespace temblor
