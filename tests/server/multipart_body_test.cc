// Files that come in forms, however they are cut into pieces.

#include "server/http/multipart_body.h"

#include <random>

#include <gtest/gtest.h>

#include "tests/data/test_files.h"

namespace temblor::testing {
namespace {

const std::string kType = "multipart/form-data; boundary=XX";

/// A text in pieces of given sizes, the last size again and again.
class Pieces final : public BodyReader {
public:
    Pieces(std::string text, std::vector<size_t> sizes)
        : text_(std::move(text)), sizes_(std::move(sizes)) {}
    Result<std::string> read() override {
        const size_t size = std::min(sizes_[std::min(next_, sizes_.size() - 1)], text_.size());
        ++next_;
        std::string piece = text_.substr(0, size);
        text_.erase(0, size);
        return piece;
    }
    [[nodiscard]] bool is_read() const { return text_.empty(); }

private:
    std::string text_;
    std::vector<size_t> sizes_;
    size_t next_ = 0;
};

std::string form(const std::string& content,
                 const std::string& headers =
                     "Content-Disposition: form-data; name=\"snapshot\"; filename=\"a b.tar\"\r\n"
                     "Content-Type: application/octet-stream\r\n") {
    return "--XX\r\n" + headers + "\r\n" + content + "\r\n--XX--\r\n";
}

Result<std::string> read_form(Pieces& pieces, const std::string& type = kType) {
    TEMBLOR_ASSIGN_OR_RETURN(MultipartBody file, MultipartBody::open(pieces, type, "snapshot"));
    std::string content;
    while (true) {
        TEMBLOR_ASSIGN_OR_RETURN(const std::string piece, file.read());
        if (piece.empty()) break;
        content += piece;
    }
    EXPECT_EQ(file.read().value(), "");
    EXPECT_TRUE(pieces.is_read());
    return content;
}

Result<std::string> read_form(const std::string& text, const std::string& type = kType) {
    Pieces pieces(text, {64 << 10});
    return read_form(pieces, type);
}

TEST(MultipartBodyTest, TheFileComesOutHoweverItIsCut) {
    std::mt19937 random(20261);
    SCOPED_TRACE("seed 20261");
    for (int round = 0; round < 300; ++round) {
        // Of what delimiters are made of.
        std::string content;
        const size_t size = random() % 200;
        for (size_t i = 0; i < size; ++i) content += "\r\n-X"[random() % 4];
        if (content.find("\r\n--XX") != std::string::npos || content.substr(0, 4) == "--XX")
            continue;
        std::vector<size_t> sizes;
        for (int i = 0; i < 20; ++i) sizes.push_back(1 + random() % 30);
        Pieces pieces((random() % 2 == 0 ? "preamble\r\n" : "") + form(content) + "epilogue",
                      sizes);
        EXPECT_EQ(read_form(pieces).value(), content);
    }
    const std::string large(1 << 20, '\r');
    EXPECT_TRUE(read_form(form(large)).value() == large);
    EXPECT_EQ(read_form(form("")).value(), "");
}

TEST(MultipartBodyTest, WhatClientsSendIsTaken) {
    EXPECT_TRUE(is_form("Multipart/Form-Data ; boundary=x"));
    EXPECT_FALSE(is_form("multipart/mixed; boundary=x"));
    EXPECT_FALSE(is_form("application/x-tar"));
    EXPECT_EQ(read_form(form("x"), "multipart/form-data; charset=utf-8; boundary=\"XX\"").value(),
              "x");
    EXPECT_EQ(
        read_form(form("x", "content-disposition:form-data; filename=\"q\\\"\"; name=snapshot\r\n"))
            .value(),
        "x");
    EXPECT_EQ(read_form(form("x",
                             "X: y\r\nContent-Transfer-Encoding: binary\r\n"
                             "Content-Disposition: form-data; name=\"snapshot\"\r\n"))
                  .value(),
              "x");
    // Blanks may follow a boundary.
    EXPECT_EQ(read_form("--XX \t\r\nContent-Disposition: form-data; name=snapshot\r\n\r\nx\r\n"
                        "--XX--")
                  .value(),
              "x");
}

TEST(MultipartBodyTest, OtherFormsAreRefusedWithAReason) {
    constexpr auto kInvalid = StatusCode::kInvalidArgument;
    for (const char* type : {"multipart/form-data", "multipart/form-data; boundary=",
                             "multipart/form-data; boundary=\"\"", "multipart/mixed; boundary=XX"})
        EXPECT_ERROR(read_form(form("x"), type), kInvalid, "Content-Type", "boundary");
    EXPECT_ERROR(read_form(form("x"), "multipart/form-data; boundary=" + std::string(71, 'x')),
                 kInvalid, "boundary");
    EXPECT_ERROR(read_form(""), kInvalid, "cut off");
    EXPECT_ERROR(read_form("--XX"), kInvalid, "cut off");
    EXPECT_ERROR(read_form("--XX--\r\n"), kInvalid, "'snapshot'", "empty form");
    EXPECT_ERROR(read_form("--XXY\r\n\r\n"), kInvalid, "boundary");
    const std::string whole = form("content");
    for (size_t size = 0; size < whole.size() - 4; ++size)
        EXPECT_ERROR(read_form(whole.substr(0, size)), kInvalid, "cut off");
    EXPECT_ERROR(read_form(form("x", "Content-Disposition: form-data; name=\"other\"\r\n")),
                 kInvalid, "'snapshot'", "'other'");
    EXPECT_ERROR(read_form(form("x", "Content-Disposition: form-data\r\n")), kInvalid,
                 "without a name");
    EXPECT_ERROR(read_form(form("x", "")), kInvalid, "without a name");
    EXPECT_ERROR(read_form(form("x", "Content-Disposition: attachment; name=\"snapshot\"\r\n")),
                 kInvalid, "form-data");
    EXPECT_ERROR(read_form(form("x", "no header\r\n")), kInvalid, "colon");
    EXPECT_ERROR(read_form(form("x",
                                "Content-Disposition: form-data; name=\"snapshot\"\r\n"
                                "Content-Transfer-Encoding: base64\r\n")),
                 kInvalid, "Content-Transfer-Encoding");
    EXPECT_ERROR(read_form("--XX\r\nContent-Disposition: form-data; name=snapshot\r\n\r\nx\r\n"
                           "--XX\r\nContent-Disposition: form-data; name=more\r\n\r\nx\r\n--XX--"),
                 kInvalid, "got another");
}

TEST(MultipartBodyTest, WhatIsAroundTheFileHasALimit) {
    constexpr auto kInvalid = StatusCode::kInvalidArgument;
    const std::string much(100'000, 'p');
    EXPECT_ERROR(read_form(much), kInvalid, "boundary of a form");
    EXPECT_ERROR(read_form("--XX\r\nX: " + much), kInvalid, "8192 bytes");
    EXPECT_ERROR(read_form(form("x", "X: " + much + "\r\n")), kInvalid, "8192 bytes");
    EXPECT_ERROR(read_form(form("x") + much), kInvalid, "after the form");
}

}  // namespace
}  // namespace temblor::testing
