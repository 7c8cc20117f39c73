#pragma once

#include <memory>

#include <rocksdb/env.h>

#include "tests/faults/fault_plan.h"

namespace temblor::testing {

/// RocksDB's environment with the files of one plan: it must outlive every database opened in it,
/// and be the only one that writes in the plan's root beside a FaultyFileSystem.
///
/// Folders are on the disk as soon as they are made: RocksDB leaves the syncing of the one above to
/// its caller. Its information log and lock are not watched, and reading never fails. Files written
/// at random places (only needed to ingest tables) are refused as not supported.
std::unique_ptr<rocksdb::Env> make_faulty_env(const std::shared_ptr<FaultPlan>& plan);

}  // namespace temblor::testing
