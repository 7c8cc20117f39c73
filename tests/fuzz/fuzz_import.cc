#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "data/check.h"
#include "tests/fuzz/fuzzed_service.h"

namespace {

/// Lines that are not blank, the last one with or without its end.
uint64_t lines_of(std::string_view text) {
    uint64_t lines = 0;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        if (line.find_first_not_of(" \t\r") != std::string_view::npos) ++lines;
        text.remove_prefix(std::min(text.size(), line.size() + 1));
    }
    return lines;
}

}  // namespace

// Any bytes as points a line: an answer for each, in order, and the server goes on.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace temblor;
    using namespace temblor::testing;
    static FuzzedService fuzzed;
    const TestService& service = fuzzed.next();
    const std::string body(reinterpret_cast<const char*>(data), size);
    const RawAnswer answer = service.ask("POST", "/v1/collections/c/import", body);
    TEMBLOR_CHECK(answer.status == 200);
    static simdjson::dom::parser parser;
    uint64_t answers = 0;
    uint64_t last = 0;
    std::string_view rest = answer.body;
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(line.size() + 1);
        const simdjson::padded_string padded(line);
        simdjson::dom::element said;
        TEMBLOR_CHECK(parser.parse(padded).get(said) == simdjson::SUCCESS);
        uint64_t number = 0;
        bool ok = false;
        TEMBLOR_CHECK(said["line"].get(number) == simdjson::SUCCESS && number > last);
        TEMBLOR_CHECK(said["ok"].get(ok) == simdjson::SUCCESS);
        TEMBLOR_CHECK(ok == (said["error"].error() != simdjson::SUCCESS));
        last = number;
        ++answers;
    }
    TEMBLOR_CHECK(answers == lines_of(body));
    return 0;
}
