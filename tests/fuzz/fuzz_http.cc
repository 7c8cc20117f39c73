#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string_view>

#include <simdjson.h>

#include "data/check.h"
#include "tests/fuzz/fuzzed_service.h"

namespace {

using namespace temblor;
using namespace temblor::testing;

/// What an answer may never be.
void check_answer(const RawAnswer& answer) {
    TEMBLOR_CHECK(answer.status == 0 || (answer.status >= 200 && answer.status < 600));
    TEMBLOR_CHECK(answer.status != 500);
    const auto type = answer.headers.find("content-type");
    if (type == answer.headers.end() || type->second.find("json") == std::string::npos) return;
    if (answer.body.empty() || type->second.find("ndjson") != std::string::npos) return;
    static simdjson::dom::parser parser;
    TEMBLOR_CHECK(parser.parse(answer.body).error() == simdjson::SUCCESS);
}

}  // namespace

// An even first byte: the rest is what a client sends, byte for byte. An odd one: the rest is a
// line "METHOD target" and a body, sent as a well-formed request, which must be answered.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static FuzzedService fuzzed;
    if (size == 0) return 0;
    TestService& service = fuzzed.next();
    const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    RawClient client(service.port());
    if (data[0] % 2 == 0) {
        client.send(rest);
        client.wait_for_answer(std::chrono::milliseconds(2));
        client.finish_sending();
        while (true) {
            const RawAnswer answer = client.answer();
            check_answer(answer);
            if (answer.status == 0) return 0;
        }
    }
    const std::string_view line = rest.substr(0, rest.find('\n'));
    const size_t space = line.find(' ');
    if (space == std::string_view::npos) return 0;
    for (const char c : line) {
        if (static_cast<unsigned char>(c) <= ' ' && &c != line.data() + space) return 0;
    }
    const std::string_view method = line.substr(0, space);
    if (method != "GET" && method != "POST" && method != "PUT" && method != "PATCH" &&
        method != "DELETE") {
        return 0;
    }
    const std::string_view body = rest.substr(std::min(rest.size(), line.size() + 1));
    const RawAnswer answer =
        client.ask(with_body(method, line.substr(space + 1), body, "Connection: close\r\n"));
    TEMBLOR_CHECK(answer.status != 0);
    check_answer(answer);
    return 0;
}
