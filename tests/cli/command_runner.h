#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>
#include <gtest/gtest.h>
#include <sys/types.h>

namespace temblor::cli::testing {

/// How a run of the binary ended.
struct Finished {
    int status = -1;  ///< exit status; 128 + number if a signal ended it
    std::string out;
    std::string err;
};

/// A folder of its own in which the real binary is run; removed with everything in it.
class CommandTest : public ::testing::Test {
protected:
    CommandTest();
    ~CommandTest() override;

    [[nodiscard]] std::string path(const std::string& name) const {
        return (folder_ / name).string();
    }
    /// `line` through the shell, in the folder, with `temblor` found by its name.
    [[nodiscard]] Finished shell(const std::string& line) const;
    /// The same, which must succeed; gives standard output.
    std::string must(const std::string& line) const;
    /// The same, whose standard output must be one JSON document.
    boost::json::value must_json(const std::string& line) const;
    /// Expects the exit status and `part` in the message on standard error.
    void expect_failure(const std::string& line, int status, std::string_view part) const;

    /// Starts the binary in the folder without waiting for it.
    [[nodiscard]] pid_t start(const std::vector<std::string>& arguments) const;

    void write(const std::string& name, std::string_view bytes) const;
    void write_gzip(const std::string& name, std::string_view bytes) const;
    [[nodiscard]] std::string read(const std::string& name) const;
    [[nodiscard]] std::vector<std::string> names() const;

    /// docs.csr (600 documents), docs.ids (d0...), q.csr (40 queries), q.ids (q0...).
    void make_vectors() const;
    /// make_vectors and nf.tbl built of it.
    void make_index() const;
    /// corpus.jsonl.gz, queries.jsonl.gz and test.tsv: five abstracts, two queries, judgements.
    void make_texts() const;

private:
    std::filesystem::path folder_;
};

}  // namespace temblor::cli::testing
