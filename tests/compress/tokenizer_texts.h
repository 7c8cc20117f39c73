#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compress/model/tokenizer/tokenizer.h"

namespace temblor::test {

/// The folder of tests/fixtures/tokenizers.
std::string fixtures_folder();
/// The names of the tokenizers in it.
const std::vector<std::string>& fixture_names();
/// TEMBLOR_DATA, or ../shared/data from the project's root.
std::string tokenizer_data_folder();

/// A tokenizer that must open.
std::unique_ptr<const Tokenizer> open_tokenizer(const std::string& path);

/// Texts that tokenizers get wrong, some of them ill-formed UTF-8.
std::vector<std::string> awkward_texts(uint64_t seed, size_t count);

/// A file of a name in a folder of its own, which goes with it.
class TokenizerFolder {
public:
    TokenizerFolder();
    ~TokenizerFolder();
    TokenizerFolder(const TokenizerFolder&) = delete;
    TokenizerFolder& operator=(const TokenizerFolder&) = delete;

    const TokenizerFolder& put(std::string_view name, std::string_view content) const;
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

}  // namespace temblor::test
