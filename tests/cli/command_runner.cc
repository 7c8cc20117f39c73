#include "tests/cli/command_runner.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <boost/json/parse.hpp>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

namespace temblor::cli::testing {
namespace {

std::string slurp(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
}

std::string quoted(const std::filesystem::path& path) { return "'" + path.string() + "'"; }

}  // namespace

CommandTest::CommandTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "temblor-cli-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
}

CommandTest::~CommandTest() { std::filesystem::remove_all(folder_); }

Finished CommandTest::shell(const std::string& line) const {
    const std::filesystem::path out = folder_.string() + ".out";
    const std::filesystem::path err = folder_.string() + ".err";
    const std::filesystem::path binary(TEMBLOR_BINARY);
    const std::string whole = "cd " + quoted(folder_) + " && PATH=" + quoted(binary.parent_path()) +
                              ":$PATH && { " + line + "\n} >" + quoted(out) + " 2>" + quoted(err);
    const int raw = std::system(whole.c_str());
    Finished finished;
    finished.status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
    finished.out = slurp(out);
    finished.err = slurp(err);
    std::filesystem::remove(out);
    std::filesystem::remove(err);
    return finished;
}

std::string CommandTest::must(const std::string& line) const {
    Finished finished = shell(line);
    EXPECT_EQ(finished.status, 0) << line << "\n" << finished.err;
    return std::move(finished.out);
}

boost::json::value CommandTest::must_json(const std::string& line) const {
    const std::string out = must(line);
    boost::json::error_code error;
    boost::json::value value = boost::json::parse(out, error);
    EXPECT_FALSE(error) << line << "\n" << out;
    return value;
}

void CommandTest::expect_failure(const std::string& line, int status, std::string_view part) const {
    const Finished finished = shell(line);
    EXPECT_EQ(finished.status, status) << line << "\n" << finished.err;
    EXPECT_EQ(finished.err.rfind("temblor: ", 0), 0U) << line << "\n" << finished.err;
    EXPECT_NE(finished.err.find(part), std::string::npos)
        << line << "\nexpected \"" << part << "\" in: " << finished.err;
    EXPECT_EQ(finished.out, "") << line;
}

pid_t CommandTest::start(const std::vector<std::string>& arguments) const {
    std::vector<std::string> words{TEMBLOR_BINARY};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t child = -1;
    const int error = posix_spawn(&child, TEMBLOR_BINARY, &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    EXPECT_EQ(error, 0);
    return child;
}

void CommandTest::write(const std::string& name, std::string_view bytes) const {
    std::ofstream file(folder_ / name, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    ASSERT_TRUE(file.good());
}

void CommandTest::write_gzip(const std::string& name, std::string_view bytes) const {
    gzFile file = gzopen(path(name).c_str(), "wb");
    ASSERT_NE(file, nullptr);
    EXPECT_EQ(gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size())),
              static_cast<int>(bytes.size()));
    EXPECT_EQ(gzclose(file), Z_OK);
}

std::string CommandTest::read(const std::string& name) const { return slurp(folder_ / name); }

std::vector<std::string> CommandTest::names() const {
    std::vector<std::string> result;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
        result.push_back(entry.path().filename().string());
    }
    std::sort(result.begin(), result.end());
    return result;
}

void CommandTest::make_vectors() const {
    must(
        "temblor synth --documents 600 --queries 40 --dim 3000 --nnz 40 --query-nnz 15 --topics 12"
        " --output docs.csr --queries-output q.csr");
    std::string documents;
    for (int i = 0; i < 600; ++i) documents += "d" + std::to_string(i) + "\n";
    write("docs.ids", documents);
    std::string queries;
    for (int i = 0; i < 40; ++i) queries += "q" + std::to_string(i) + "\n";
    write("q.ids", queries);
}

void CommandTest::make_index() const {
    make_vectors();
    must("temblor build --input docs.csr --ids docs.ids --output nf.tbl");
}

void CommandTest::make_texts() const {
    write_gzip(
        "corpus.jsonl.gz",
        R"({"_id": "MED-1", "title": "Statins", "text": "Statin use and breast cancer survival in a cohort."}
{"_id": "MED-2", "title": "Walking", "text": "Walking lowers blood pressure."}
{"_id": "MED-3", "title": "Diet", "text": "Fibre in the diet and colon cancer."}
{"_id": "MED-4", "title": "Sleep", "text": "Sleep and memory."}
{"_id": "MED-5", "title": "Lipids", "text": "Statins lower cholesterol in blood."}
)");
    write_gzip("queries.jsonl.gz",
               "{\"_id\": \"Q-1\", \"text\": \"statin and breast cancer\"}\n"
               "{\"_id\": \"Q-2\", \"text\": \"blood pressure\"}\n"
               "{\"_id\": \"Q-3\", \"text\": \"never judged sleep\"}\n");
    write("test.tsv", "query-id\tcorpus-id\tscore\nQ-1\tMED-1\t2\nQ-1\tMED-3\t1\nQ-2\tMED-2\t1\n");
}

}  // namespace temblor::cli::testing
