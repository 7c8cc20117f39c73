#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compress/model/files/stored_tensor.h"
#include "data/io/mapped_file.h"
#include "data/status.h"

namespace temblor {

/// The weights of a Hugging Face folder: `model.safetensors`, or the shards that
/// `model.safetensors.index.json` names. Mapped, never copied; tensors stay valid while this or a
/// copy of it lives. Safe to read from many threads.
class SafeTensors {
public:
    /// Opens a folder's weights, or one file when `path` ends in ".safetensors".
    ///
    /// Every header is checked (safetensors_header.h). With an index, a tensor it names must be in
    /// the shard it names; tensors that it does not name are not seen.
    /// Errors name file and tensor: kNotFound for a folder without weights or a missing shard,
    /// kCorruption for anything that contradicts itself.
    static Result<SafeTensors> open(const std::string& path);

    /// Null when there is none of that name. O(log n).
    [[nodiscard]] const StoredTensor* find(std::string_view name) const;
    /// By name.
    [[nodiscard]] const std::map<std::string, StoredTensor, std::less<>>& tensors() const {
        return tensors_;
    }
    /// The file or folder that was opened, for messages.
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    Status add_file(const std::string& path);
    Status open_shards(const std::string& folder, const std::string& index_path);

    std::string path_;
    std::vector<std::shared_ptr<const MappedFile>> files_;
    std::map<std::string, StoredTensor, std::less<>> tensors_;
};

}  // namespace temblor
