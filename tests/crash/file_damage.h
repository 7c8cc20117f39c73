#pragma once

#include <map>
#include <string>
#include <vector>

#include "data/splitmix.h"

namespace temblor::testing {

/// The files under `folder` by what they are ("catalog/*.sst", "points.tbl"), as paths relative to
/// it, sorted.
std::map<std::string, std::vector<std::string>> files_by_kind(const std::string& folder);

inline constexpr uint64_t kDamages = 6;
/// Damages the file: flips a bit, cuts it, overwrites a run with junk, zeroes its tail, removes it,
/// or appends junk. Returns what was done, for a message. An empty file can only be removed or
/// appended to.
std::string damage_file(const std::string& path, uint64_t how, SplitMix& random);

/// A copy of `from` in place of what is in `to`.
void copy_folder(const std::string& from, const std::string& to);

}  // namespace temblor::testing
