module blog-api

go 1.22
