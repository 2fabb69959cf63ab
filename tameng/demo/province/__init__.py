"""The whole province: 22 kabupaten and kota, 315 kecamatan, four months, hundreds of families."""
