#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "data/splitmix.h"
#include "data/status.h"
#include "tests/faults/disk_file.h"

namespace temblor::testing {

/// The names below a folder, as programs see them and as the disk has them: changes of names that
/// no sync of their folder has confirmed may or may not have happened after a power cut. A change
/// that builds on another (of the same name or the same file) never survives it.
///
/// Names that appear without its knowledge count as durable. Not thread-safe.
class DiskTree {
public:
    struct Node {
        std::shared_ptr<DiskFile> file;  // null: a folder
        std::map<std::string, std::shared_ptr<Node>> live;
        std::map<std::string, std::shared_ptr<Node>> durable;
    };
    using NodePointer = std::shared_ptr<Node>;

    /// A name in a folder, and what has it; `node` is null where nothing does.
    struct Place {
        NodePointer folder;
        std::string name;
        NodePointer node;
    };
    /// From now on `place` has `after` instead of `place.node`.
    struct Change {
        Place place;
        NodePointer after;
    };

    /// `spare` is a folder of the same file system for files that have no name or no longer one.
    DiskTree(std::string root, std::string spare);

    /// kNotFound without its folder, kInvalidArgument outside of the root.
    Result<Place> find(const std::string& path);
    /// A path in the spare folder that is not used yet.
    std::string spare_path();
    /// The file whose only name so far is `path`, with `durable` bytes on the disk.
    Result<NodePointer> adopt(const std::string& path, uint64_t durable);

    /// Changes that happen together.
    void change(std::vector<Change> changes);
    /// A change that is on the disk at once.
    static void change_durably(const Change& change);
    void sync(const std::string& folder);

    /// Puts what a power cut could leave in the place of the root.
    Status lose_power(SplitMix& random, bool zeros);

private:
    using Operation = std::vector<Change>;
    static bool builds_on(const Operation& later, const Operation& earlier);
    static void confirm(const Operation& operation);
    Result<NodePointer> adopt_any(const std::string& path);
    Status adopt_all(const std::string& path);
    Status write(const NodePointer& folder, const std::string& path, SplitMix& random, bool zeros,
                 std::map<const Node*, std::string>& written);

    std::string root_;
    std::string spare_;
    NodePointer top_;
    std::vector<Operation> pending_;
    uint64_t serial_ = 0;
};

}  // namespace temblor::testing
