// The API tests only: no browser is started.
module.exports = {
  testDir: './dist/tests/api/v2',
  timeout: 40000,
  workers: 2,
  reporter: [['json', {outputFile: 'results.json'}]],
};
